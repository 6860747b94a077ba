using Saker.Conditions.Typed;

namespace Saker.Conditions.Rewriting;

/// <summary>
/// A change of a typed tree that never changes a verdict. Macros are left as they are: the body of each is rewritten for
/// itself, once.
/// </summary>
internal abstract class Rewrite
{
    /// <summary>Rewrites a tree from its leaves up.</summary>
    public virtual TypedNode Apply(TypedNode node) => node switch
    {
        TypedAnd and => OnAnd(ApplyAll(and.Children)),
        TypedOr or => OnOr(ApplyAll(or.Children)),
        TypedNot not => OnNot(Apply(not.Child)),
        _ => OnLeaf(node),
    };

    protected virtual TypedNode OnAnd(IReadOnlyList<TypedNode> children) => new TypedAnd(children);

    protected virtual TypedNode OnOr(IReadOnlyList<TypedNode> children) => new TypedOr(children);

    protected virtual TypedNode OnNot(TypedNode child) => new TypedNot(child);

    protected virtual TypedNode OnLeaf(TypedNode leaf) => leaf;

    private List<TypedNode> ApplyAll(IReadOnlyList<TypedNode> children)
    {
        var result = new List<TypedNode>(children.Count);
        foreach (var child in children)
        {
            result.Add(Apply(child));
        }

        return result;
    }
}

/// <summary>All rewrites in their order.</summary>
internal static class Rewrites
{
    /// <summary>Each works on what the ones before it left.</summary>
    public static IReadOnlyList<Rewrite> InOrder { get; } =
    [
        new SmallMacros(),
        new NegationNormalForm(),
        new ConstantFolding(),
        new Flattening(),
        new EqualityMerging(),
        new CheapFirst(),
    ];

    /// <summary>Applies all of them.</summary>
    public static TypedNode Apply(TypedNode node) => InOrder.Aggregate(node, static (current, rewrite) => rewrite.Apply(current));
}
