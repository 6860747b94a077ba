using Saker.Conditions.Ast;
using Saker.Conditions.Typed;

namespace Saker.Conditions.Rewriting;

/// <summary>
/// <c>f = a or f in (b, c)</c> becomes <c>f in (a, b, c)</c>. Not for fields that are sets, where <c>in</c> wants all
/// members in.
/// </summary>
internal sealed class EqualityMerging : Rewrite
{
    protected override TypedNode OnOr(IReadOnlyList<TypedNode> children)
    {
        var result = new List<TypedNode>(children.Count);
        foreach (var group in children.GroupBy(Key))
        {
            if (group.Key is null || group.Count() == 1)
            {
                result.AddRange(group);
                continue;
            }

            var comparisons = group.Cast<TypedComparison>().ToList();
            result.Add(new TypedComparison(
                comparisons[0].Left, ComparisonOperator.In, ValueModifier.None, [.. comparisons.SelectMany(static comparison => comparison.Values)]));
        }

        return result.Count == 1 ? result[0] : new TypedOr(result);
    }

    private static object? Key(TypedNode node) =>
        node is TypedComparison { Operator: ComparisonOperator.Equal or ComparisonOperator.In, Modifier: ValueModifier.None, Left: TypedField { IsList: false } field }
            ? field.Reference
            : null;
}
