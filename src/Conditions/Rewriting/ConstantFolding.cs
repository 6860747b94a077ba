using Saker.Conditions.Ast;
using Saker.Conditions.Typed;

namespace Saker.Conditions.Rewriting;

/// <summary>Takes out what is always or never true: a comparison with a list of no values (an emptied list) is never.</summary>
internal sealed class ConstantFolding : Rewrite
{
    protected override TypedNode OnAnd(IReadOnlyList<TypedNode> children)
    {
        if (children.Contains(TypedConstant.False))
        {
            return TypedConstant.False;
        }

        var rest = children.Where(static child => child != TypedConstant.True).ToList();
        return rest.Count switch
        {
            0 => TypedConstant.True,
            1 => rest[0],
            _ => new TypedAnd(rest),
        };
    }

    protected override TypedNode OnOr(IReadOnlyList<TypedNode> children)
    {
        if (children.Contains(TypedConstant.True))
        {
            return TypedConstant.True;
        }

        var rest = children.Where(static child => child != TypedConstant.False).ToList();
        return rest.Count switch
        {
            0 => TypedConstant.False,
            1 => rest[0],
            _ => new TypedOr(rest),
        };
    }

    protected override TypedNode OnNot(TypedNode child) => child switch
    {
        TypedConstant constant => constant.Value ? TypedConstant.False : TypedConstant.True,
        _ => new TypedNot(child),
    };

    protected override TypedNode OnLeaf(TypedNode leaf) =>
        leaf is TypedComparison { Values.Count: 0, Modifier: not ValueModifier.AllOf } ? TypedConstant.False : leaf;
}
