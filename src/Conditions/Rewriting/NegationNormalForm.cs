using Saker.Conditions.Typed;

namespace Saker.Conditions.Rewriting;

/// <summary>
/// Moves <c>not</c> down to comparisons and macros. It stays there: <c>not x = y</c> is true when x is absent, <c>x != y</c>
/// is not.
/// </summary>
internal sealed class NegationNormalForm : Rewrite
{
    public override TypedNode Apply(TypedNode node) => Apply(node, negated: false);

    private static TypedNode Apply(TypedNode node, bool negated) => node switch
    {
        TypedNot negation => Apply(negation.Child, !negated),
        TypedAnd conjunction when negated => new TypedOr(ApplyAll(conjunction.Children, negated)),
        TypedAnd conjunction => new TypedAnd(ApplyAll(conjunction.Children, negated)),
        TypedOr disjunction when negated => new TypedAnd(ApplyAll(disjunction.Children, negated)),
        TypedOr disjunction => new TypedOr(ApplyAll(disjunction.Children, negated)),
        TypedConstant constant when negated => constant.Value ? TypedConstant.False : TypedConstant.True,
        _ => negated ? new TypedNot(node) : node,
    };

    private static List<TypedNode> ApplyAll(IReadOnlyList<TypedNode> children, bool negated) =>
        [.. children.Select(child => Apply(child, negated))];
}
