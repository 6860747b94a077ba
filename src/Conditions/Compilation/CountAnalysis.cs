using Saker.Conditions.Ast;
using Saker.Conditions.Fields;
using Saker.Conditions.Runtime;
using Saker.Conditions.Typed;
using Saker.Conditions.Values;

namespace Saker.Conditions.Compilation;

/// <summary>
/// Finds whether a condition depends on a number that counts from 1 on. <c>evt.num = 0</c>, which many write for "never", does not.
/// </summary>
internal sealed class CountAnalysis(string field) : TypedWalk
{
    private readonly CountContext context = new();
    private bool depends;

    /// <summary>Whether the verdict may be another for another count.</summary>
    public static bool Depends(TypedNode node, string field)
    {
        var analysis = new CountAnalysis(field);
        analysis.Visit(node);
        return analysis.depends;
    }

    /// <inheritdoc/>
    protected override void OnLeaf(TypedNode leaf) =>
        depends |= FieldCollector.Collect(leaf).Any(Is) && !(leaf is TypedExists { Operand: TypedField } || (leaf is TypedComparison comparison && IsSettled(comparison)));

    /// <summary>Whether a comparison is the same for all counts. It can change only at the values that it names.</summary>
    private bool IsSettled(TypedComparison comparison)
    {
        if (comparison is not { Left: TypedField, Modifier: ValueModifier.None }
            || comparison.Operator is not (ComparisonOperator.In or (>= ComparisonOperator.Equal and <= ComparisonOperator.GreaterOrEqual)))
        {
            return false;
        }

        var predicate = ComparisonBuilder.Build(comparison);
        return Around(comparison.Values).Select(count =>
        {
            context.Count = count;
            return predicate.Evaluate(context);
        }).Distinct().Count() == 1;
    }

    private static IEnumerable<ulong> Around(IReadOnlyList<TypedLiteral> values) =>
        values.Select(static value => unchecked((ulong)value.Bits)).SelectMany(static value => (ulong[])[unchecked(value - 1), value, unchecked(value + 1)]).Where(static value => value > 0).Append(1UL).Append(ulong.MaxValue);

    private bool Is(FieldReference candidate) => candidate.Definition.Name == field;

    private sealed class CountContext : EvaluationContext
    {
        public ulong Count { get; set; }

        public override Value Read(FieldReference field) => Value.UInt64(Count);
    }
}
