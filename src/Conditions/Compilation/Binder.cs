using System.Text;
using Saker.Conditions.Ast;
using Saker.Conditions.Fields;
using Saker.Conditions.Parsing;
using Saker.Conditions.Typed;
using Saker.Conditions.Values;
using Saker.Text;

namespace Saker.Conditions.Compilation;

/// <summary>
/// Checks a condition against a catalogue and gives the typed tree. Goes on after a mistake, so that all of them are known;
/// the tree is of use only when there was none.
/// </summary>
internal sealed class Binder(IFieldCatalogue catalogue, ConditionOptions options)
{
    /// <summary>How deep a condition may nest with all its macros: bounds the stack of everything that walks it.</summary>
    public const int MaximumDepth = 400;

    private readonly Dictionary<MacroDefinition, TypedMacro?> macros = new(ReferenceEqualityComparer.Instance);
    private readonly OperandBinder operands = new(catalogue, options);

    /// <summary>Checks a condition; null when it has mistakes.</summary>
    public TypedNode? Bind(Expression expression, ICollection<ConditionError> errors)
    {
        if (expression.Depth <= MaximumDepth)
        {
            return BindNode(expression, errors);
        }

        errors.Add(new ConditionError(
            ConditionErrorKind.TooComplex, expression.Range, expression.Range.Start, $"the condition nests deeper than {MaximumDepth}, macros included"));
        return null;
    }

    private TypedNode? BindNode(Expression expression, ICollection<ConditionError> errors)
    {
        switch (expression)
        {
            case AndExpression and:
                return BindAll(and.Children, errors) is { } andChildren ? new TypedAnd(andChildren) : null;
            case OrExpression or:
                return BindAll(or.Children, errors) is { } orChildren ? new TypedOr(orChildren) : null;
            case NotExpression not:
                return BindNode(not.Child, errors) is { } child ? new TypedNot(child) : null;
            case MacroExpression macro:
                return BindMacro(macro.Definition, errors);
            case ExistsExpression exists:
                return operands.Bind(exists.Left, OperandPlace.Left, exists.Range.Start, errors) is { } operand ? new TypedExists(operand) : null;
            case ComparisonExpression comparison:
                return BindComparison(comparison, errors);
            case NameExpression name:
                var isField = catalogue.Find(name.Name) is not null;
                var message = isField ? $"the field '{name.Name}' is compared with nothing" : $"unknown macro '{name.Name}'";
                errors.Add(new ConditionError(ConditionErrorKind.UnknownName, name.Range, name.Range.Start, message));
                return null;
            default:
                throw new System.Diagnostics.UnreachableException($"No check for {expression.GetType().Name}.");
        }
    }

    private TypedMacro? BindMacro(MacroDefinition definition, ICollection<ConditionError> errors)
    {
        if (macros.TryGetValue(definition, out var known))
        {
            // Its mistakes were told at its first use, and this use has them too.
            if (known is null)
            {
                _ = BindNode(definition.Body, errors);
            }

            return known;
        }

        var body = BindNode(definition.Body, errors);
        var macro = body is null ? null : new TypedMacro(definition, body, macros.Count);
        macros[definition] = macro;
        return macro;
    }

    private List<TypedNode>? BindAll(IReadOnlyList<Expression> children, ICollection<ConditionError> errors)
    {
        var result = new List<TypedNode>(children.Count);
        foreach (var child in children)
        {
            if (BindNode(child, errors) is { } bound)
            {
                result.Add(bound);
            }
        }

        return result.Count == children.Count ? result : null;
    }

    private TypedNode? BindComparison(ComparisonExpression comparison, ICollection<ConditionError> errors)
    {
        var start = comparison.Range.Start;
        var left = operands.Bind(comparison.Left, OperandPlace.Left, start, errors);
        if (comparison.Right is TransformerOperand)
        {
            var right = operands.Bind(comparison.Right, OperandPlace.Right, start, errors);
            return left is null || right is null ? null : BindPair(comparison, left, right, errors);
        }

        if (left is null)
        {
            return null;
        }

        if ((OperatorTable.Refuse(comparison.Operator, comparison.Modifier, left) ?? RefuseSelecting(comparison.Operator, left)) is { } refusal)
        {
            errors.Add(new ConditionError(ConditionErrorKind.Unsupported, comparison.Range, start, refusal));
            return null;
        }

        var literals = comparison.Right is ListOperand list ? list.Items : [comparison.Right];
        var values = new List<TypedLiteral>(literals.Count);
        foreach (var literal in literals)
        {
            if (BindLiteral(comparison, left, (LiteralOperand)literal, errors) is { } value)
            {
                values.Add(value);
            }
        }

        return values.Count == literals.Count ? new TypedComparison(left, comparison.Operator, comparison.Modifier, values) : null;
    }

    private string? RefuseSelecting(ComparisonOperator operation, TypedOperand left)
    {
        if (operation is not (ComparisonOperator.Equal or ComparisonOperator.NotEqual or ComparisonOperator.In))
        {
            return null;
        }

        return left is TypedTransformer transformer && FieldCollector.Collect(transformer).FirstOrDefault(field => options.SelectingFields.Contains(field.Definition.Name)) is { } selecting
            ? $"'{selecting.Text}' takes no transformers here: which events the condition is about must follow from it"
            : null;
    }

    private static TypedPair? BindPair(
        ComparisonExpression comparison, TypedOperand left, TypedOperand right, ICollection<ConditionError> errors)
    {
        var refusal = OperatorTable.Refuse(comparison.Operator, comparison.Modifier, left);
        if (refusal is null && comparison.Operator is ComparisonOperator.Regex or ComparisonOperator.Glob or ComparisonOperator.IGlob
            or ComparisonOperator.BContains or ComparisonOperator.BStartsWith or ComparisonOperator.PMatch)
        {
            refusal = $"'{comparison.Operator.Spell()}' needs values on its right side, not a field";
        }

        if (refusal is null && left is TypedField { Reference.Definition: { } definition } && definition.Traits.HasFlag(FieldTraits.NoRightSide))
        {
            refusal = $"field '{definition.Name}' doesn't support right-hand side fields";
        }

        if (refusal is null && !OperatorTable.SameFamily(left.Kind, right.Kind))
        {
            refusal = $"the two sides are of different types ({OperatorTable.Describe(left.Kind)} and {OperatorTable.Describe(right.Kind)})";
        }

        if (refusal is null)
        {
            return new TypedPair(left, comparison.Operator, right);
        }

        errors.Add(new ConditionError(ConditionErrorKind.Unsupported, comparison.Range, comparison.Range.Start, refusal));
        return null;
    }

    private TypedLiteral? BindLiteral(
        ComparisonExpression comparison, TypedOperand left, LiteralOperand literal, ICollection<ConditionError> errors)
    {
        var start = comparison.Range.Start;
        var definition = (left as TypedField)?.Reference.Definition;
        if (definition is not null && options.ClosedFields.TryGetValue(definition.Name, out var closed) && !closed.Contains(literal.Text))
        {
            errors.Add(new ConditionError(
                ConditionErrorKind.UnknownValue, literal.Range, start, $"unknown event type {literal.Text}", NearestWord.Find(literal.Text, closed)));
            return null;
        }

        string? error = null;
        TypedLiteral? value = null;
        if (comparison.Operator.IsOrdering() && definition?.Words is null && !NumberSyntax.IsNumber(literal.Range.Text))
        {
            error = $"'{comparison.Operator.Spell()}' needs a number, and '{literal.Text}' is none";
        }
        else
        {
            value = LiteralReader.Read(literal.Text, left.Kind, comparison.Operator, definition, out error);
        }

        if (value is not null && Encoding.UTF8.GetByteCount(literal.Text) > options.MaximumValueBytes && value.Kind == ValueKind.Bytes)
        {
            error = $"the value is longer than {options.MaximumValueBytes} bytes";
        }

        if (error is null && comparison.Operator == ComparisonOperator.Regex)
        {
            PosixRegex.Check(literal.Text, out error);
        }

        if (error is null)
        {
            return value;
        }

        errors.Add(new ConditionError(ConditionErrorKind.InvalidValue, literal.Range, start, error));
        return null;
    }
}
