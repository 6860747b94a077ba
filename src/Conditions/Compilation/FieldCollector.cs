using Saker.Conditions.Fields;
using Saker.Conditions.Typed;

namespace Saker.Conditions.Compilation;

/// <summary>Finds the fields that a condition reads.</summary>
internal sealed class FieldCollector
{
    private readonly HashSet<FieldReference> fields = [];
    private readonly HashSet<TypedMacro> seen = new(ReferenceEqualityComparer.Instance);

    public static IReadOnlyCollection<FieldReference> Collect(TypedNode node)
    {
        var collector = new FieldCollector();
        collector.Visit(node);
        return collector.fields;
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
            case TypedExists exists:
                Visit(exists.Operand);
                break;
            case TypedComparison comparison:
                Visit(comparison.Left);
                break;
            case TypedPair pair:
                Visit(pair.Left);
                Visit(pair.Right);
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

    private void Visit(TypedOperand operand)
    {
        if (operand is TypedField field)
        {
            fields.Add(field.Reference);
        }

        if (operand is not TypedTransformer transformer)
        {
            return;
        }

        foreach (var argument in transformer.Arguments)
        {
            Visit(argument);
        }
    }
}
