using Saker.Conditions.Fields;
using Saker.Conditions.Typed;

namespace Saker.Conditions.Compilation;

/// <summary>Finds the fields that a condition reads.</summary>
internal sealed class FieldCollector : TypedWalk
{
    private readonly HashSet<FieldReference> fields = [];

    public static IReadOnlyCollection<FieldReference> Collect(TypedNode node)
    {
        var collector = new FieldCollector();
        collector.Visit(node);
        return collector.fields;
    }

    /// <summary>The fields of an operand.</summary>
    public static IReadOnlyCollection<FieldReference> Collect(TypedOperand operand)
    {
        var collector = new FieldCollector();
        collector.Visit(operand);
        return collector.fields;
    }

    protected override void OnLeaf(TypedNode leaf)
    {
        switch (leaf)
        {
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

    private void Visit(TypedOperand operand)
    {
        switch (operand)
        {
            case TypedField field:
                fields.Add(field.Reference);
                break;
            case TypedTransformer transformer:
                VisitAll(transformer.Arguments);
                break;
            case TypedList list:
                VisitAll(list.Items);
                break;
        }
    }

    private void VisitAll(IReadOnlyList<TypedOperand> operands)
    {
        foreach (var operand in operands)
        {
            Visit(operand);
        }
    }
}
