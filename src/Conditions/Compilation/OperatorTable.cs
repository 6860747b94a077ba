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
        var supported = left switch
        {
            { Kind: ValueKind.None } => true,
            { IsList: true } => operation is ComparisonOperator.In or ComparisonOperator.Intersects,
            { Kind: ValueKind.Bytes, IsBuffer: true } => IsMembership(operation) || operation is ComparisonOperator.Contains or ComparisonOperator.BContains
                or ComparisonOperator.StartsWith or ComparisonOperator.BStartsWith or ComparisonOperator.EndsWith,
            { Kind: ValueKind.Bytes } => operation is not (ComparisonOperator.BContains or ComparisonOperator.BStartsWith),
            { Kind: ValueKind.Bool or ValueKind.Address or ValueKind.Network } => IsMembership(operation),
            _ => IsMembership(operation) || operation.IsOrdering(),
        };
        if (!supported)
        {
            return $"'{operation.Spell()}' does not apply to {Describe(left)}";
        }

        return modifier != ValueModifier.None && operation is ComparisonOperator.NotEqual
            ? $"'!=' takes no '{modifier.Spell()}'; use 'not … in (…)'"
            : null;
    }

    private static bool IsMembership(ComparisonOperator operation) =>
        operation is ComparisonOperator.Equal or ComparisonOperator.NotEqual or ComparisonOperator.In or ComparisonOperator.Intersects;

    /// <summary>True when values of the two kinds can be compared with each other.</summary>
    public static bool SameFamily(ValueKind left, ValueKind right) =>
        left == ValueKind.None || right == ValueKind.None || Family(left) == Family(right);

    private static int Family(ValueKind kind) => kind switch
    {
        ValueKind.Int64 or ValueKind.UInt64 or ValueKind.Float64 => 1,
        ValueKind.Address or ValueKind.Network => 2,
        _ => -(int)kind,
    };

    /// <summary>A kind in words: <c>a number</c>.</summary>
    public static string Describe(ValueKind kind) => kind switch
    {
        ValueKind.Bool => "a truth value",
        ValueKind.Address => "an IP address",
        ValueKind.Network => "an IP network",
        ValueKind.Bytes => "text",
        _ => "a number",
    };

    private static string Describe(TypedOperand operand)
    {
        var what = operand.Kind switch
        {
            _ when operand.IsList => "a list; 'in', 'intersects' and 'exists' do",
            ValueKind.Bytes when operand.IsBuffer => "a buffer",
            _ => Describe(operand.Kind),
        };
        return operand is TypedField field ? $"the field '{field.Reference.Text}', which is {what}" : what;
    }
}
