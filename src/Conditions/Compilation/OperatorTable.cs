using Saker.Conditions.Ast;
using Saker.Conditions.Typed;
using Saker.Conditions.Values;

namespace Saker.Conditions.Compilation;

/// <summary>Which operators go with which kinds of values.</summary>
internal static class OperatorTable
{
    /// <summary>Why an operator cannot be used with an operand; null when it can.</summary>
    public static string? Refuse(ComparisonOperator operation, ValueModifier modifier, TypedOperand left)
    {
        var supported = operation switch
        {
            ComparisonOperator.Equal or ComparisonOperator.NotEqual or ComparisonOperator.In => true,
            ComparisonOperator.Less or ComparisonOperator.LessOrEqual or ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual =>
                left.Kind is not (ValueKind.Address or ValueKind.Network or ValueKind.Bool),
            ComparisonOperator.Intersects => left.Kind is not ValueKind.Bool,
            _ => left.Kind is ValueKind.Bytes or ValueKind.None,
        };
        if (!supported)
        {
            return $"'{operation.Spell()}' does not apply to {Describe(left)}";
        }

        return modifier != ValueModifier.None && operation is ComparisonOperator.NotEqual
            ? $"'!=' takes no '{modifier.Spell()}'; use 'not … in (…)'"
            : null;
    }

    /// <summary>True when values of the two kinds can be compared with each other.</summary>
    public static bool SameFamily(ValueKind left, ValueKind right) =>
        left == ValueKind.None || right == ValueKind.None || Family(left) == Family(right);

    private static int Family(ValueKind kind) => kind switch
    {
        ValueKind.Int64 or ValueKind.UInt64 or ValueKind.Float64 => 1,
        ValueKind.Address or ValueKind.Network => 2,
        _ => 10 + (int)kind,
    };

    private static string Describe(TypedOperand operand)
    {
        var what = operand.Kind switch
        {
            ValueKind.Bool => "a truth value",
            ValueKind.Address or ValueKind.Network => "an IP address",
            ValueKind.Bytes => "text",
            _ => "a number",
        };
        return operand is TypedField field ? $"the field '{field.Reference.Text}', which is {what}" : what;
    }
}
