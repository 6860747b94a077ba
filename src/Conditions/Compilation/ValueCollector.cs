using Saker.Conditions.Typed;
using Saker.Conditions.Ast;

namespace Saker.Conditions.Compilation;

/// <summary>Finds the values that a condition compares a field with for equality.</summary>
internal sealed class ValueCollector(string field)
{
    private readonly HashSet<string> values = new(StringComparer.Ordinal);
    private readonly HashSet<TypedMacro> seen = new(ReferenceEqualityComparer.Instance);

    /// <summary>The values, each once.</summary>
    public static IReadOnlySet<string> Collect(TypedNode node, string field)
    {
        var collector = new ValueCollector(field);
        collector.Visit(node);
        return collector.values;
    }

    private void Visit(TypedNode node)
    {
        switch (node)
        {
            case TypedAnd and:
                VisitAll(and.Children);
                break;
            case TypedOr or:
                VisitAll(or.Children);
                break;
            case TypedNot not:
                Visit(not.Child);
                break;
            case TypedMacro macro when seen.Add(macro):
                Visit(macro.Body);
                break;
            case TypedComparison { Left: TypedField left, Operator: ComparisonOperator.Equal or ComparisonOperator.In or ComparisonOperator.Intersects } comparison
                when left.Reference.Definition.Name == field && left.Reference.Argument is null:
                values.UnionWith(comparison.Values.Select(static value => value.Text));
                break;
        }
    }

    private void VisitAll(IReadOnlyList<TypedNode> nodes)
    {
        foreach (var node in nodes)
        {
            Visit(node);
        }
    }
}
