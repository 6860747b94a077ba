using Saker.Conditions.Ast;
using Saker.Conditions.Typed;

namespace Saker.Conditions.Compilation;

/// <summary>Finds the values that a condition compares a field with for equality.</summary>
internal sealed class ValueCollector(string field) : TypedWalk
{
    private readonly HashSet<string> values = new(StringComparer.Ordinal);

    /// <summary>The values, each once.</summary>
    public static IReadOnlySet<string> Collect(TypedNode node, string field)
    {
        var collector = new ValueCollector(field);
        collector.Visit(node);
        return collector.values;
    }

    protected override void OnLeaf(TypedNode leaf)
    {
        if (leaf is TypedComparison { Left: TypedField left, Operator: ComparisonOperator.Equal or ComparisonOperator.In or ComparisonOperator.Intersects } comparison
            && left.Reference.Definition.Name == field && left.Reference.Argument is null)
        {
            values.UnionWith(comparison.Values.Select(static value => value.Text));
        }
    }
}
