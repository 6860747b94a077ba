using Saker.Conditions.Typed;

namespace Saker.Conditions.Rewriting;

/// <summary>Makes one chain of a chain inside a chain of the same kind.</summary>
internal sealed class Flattening : Rewrite
{
    protected override TypedNode OnAnd(IReadOnlyList<TypedNode> children) =>
        new TypedAnd([.. children.SelectMany(static child => child is TypedAnd inner ? inner.Children : [child])]);

    protected override TypedNode OnOr(IReadOnlyList<TypedNode> children) =>
        new TypedOr([.. children.SelectMany(static child => child is TypedOr inner ? inner.Children : [child])]);
}
