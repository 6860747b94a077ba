using Saker.Conditions.Ast;
using Saker.Conditions.Fields;
using Saker.Conditions.Values;

namespace Saker.Conditions.Typed;

/// <summary>A condition whose fields and values were checked against a catalogue.</summary>
internal abstract class TypedNode;

/// <summary>True when all parts are.</summary>
internal sealed class TypedAnd(IReadOnlyList<TypedNode> children) : TypedNode
{
    public IReadOnlyList<TypedNode> Children { get; } = children;
}

/// <summary>True when one part is.</summary>
internal sealed class TypedOr(IReadOnlyList<TypedNode> children) : TypedNode
{
    public IReadOnlyList<TypedNode> Children { get; } = children;
}

/// <summary>True when its part is not.</summary>
internal sealed class TypedNot(TypedNode child) : TypedNode
{
    public TypedNode Child { get; } = child;
}

/// <summary>Always true, or never.</summary>
internal sealed class TypedConstant : TypedNode
{
    public static readonly TypedConstant True = new(true);
    public static readonly TypedConstant False = new(false);

    private TypedConstant(bool value) => Value = value;

    public bool Value { get; }
}

/// <summary>A macro in its place; all places share one <see cref="TypedMacro"/>, whose body is rewritten and compiled once.</summary>
internal sealed class TypedMacro(MacroDefinition definition, TypedNode body, int shared) : TypedNode
{
    public MacroDefinition Definition { get; } = definition;

    public TypedNode Body { get; } = body;

    /// <summary>The slot under which its verdict is remembered for an event.</summary>
    public int Shared { get; } = shared;
}

/// <summary>True when the operand has a value.</summary>
internal sealed class TypedExists(TypedOperand operand) : TypedNode
{
    public TypedOperand Operand { get; } = operand;
}

/// <summary>An operand compared with values that the condition states.</summary>
internal sealed class TypedComparison(
    TypedOperand left, ComparisonOperator operation, ValueModifier modifier, IReadOnlyList<TypedLiteral> values) : TypedNode
{
    public TypedOperand Left { get; } = left;

    public ComparisonOperator Operator { get; } = operation;

    public ValueModifier Modifier { get; } = modifier;

    public IReadOnlyList<TypedLiteral> Values { get; } = values;
}

/// <summary>An operand compared with another.</summary>
internal sealed class TypedPair(TypedOperand left, ComparisonOperator operation, TypedOperand right) : TypedNode
{
    public TypedOperand Left { get; } = left;

    public ComparisonOperator Operator { get; } = operation;

    public TypedOperand Right { get; } = right;
}

/// <summary>Something that has a value.</summary>
/// <param name="kind">The kind of value, of each member when there are several; None when only the event tells.</param>
/// <param name="isList">True when the value is a set.</param>
/// <param name="isBuffer">True when the value is data of any kind, not text.</param>
internal abstract class TypedOperand(ValueKind kind, bool isList, bool isBuffer = false)
{
    public ValueKind Kind { get; } = kind;

    public bool IsList { get; } = isList;

    public bool IsBuffer { get; } = isBuffer;
}

/// <summary>A field.</summary>
internal sealed class TypedField(FieldReference reference) : TypedOperand(
    reference.Definition.Kind, reference.Definition.IsList, reference.Definition.IsBuffer)
{
    public FieldReference Reference { get; } = reference;
}

/// <summary>A text that stands among the arguments of a transformer.</summary>
internal sealed class TypedText(byte[] text) : TypedOperand(ValueKind.Bytes, isList: false)
{
    public byte[] Text { get; } = text;
}

/// <summary>Several texts among the arguments of a transformer, as one list.</summary>
internal sealed class TypedList(IReadOnlyList<TypedOperand> items) : TypedOperand(ValueKind.Bytes, isList: true)
{
    public IReadOnlyList<TypedOperand> Items { get; } = items;
}

/// <summary>A transformer over its arguments.</summary>
internal sealed class TypedTransformer(
    Transformer transformer, IReadOnlyList<TypedOperand> arguments, ValueKind kind, bool isList, bool isBuffer = false)
    : TypedOperand(kind, isList, isBuffer)
{
    public Transformer Transformer { get; } = transformer;

    public IReadOnlyList<TypedOperand> Arguments { get; } = arguments;
}

/// <summary>A value that a condition states, in the form that its comparison needs.</summary>
internal sealed record TypedLiteral(ValueKind Kind, long Bits, byte[] Bytes, string Text);
