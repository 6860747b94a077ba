using System.Globalization;
using System.Text;

namespace Saker.Templates.Values;

internal sealed class NilValue(bool isTyped) : TemplateValue
{
    /// <summary>An interface that holds nothing, as opposed to no value at all.</summary>
    public bool IsTyped { get; } = isTyped;

    public override string TypeName => "<nil>";

    internal override bool IsTrue => false;
}

internal sealed class BooleanValue : TemplateValue
{
    public static readonly BooleanValue True = new(true);
    public static readonly BooleanValue False = new(false);

    private BooleanValue(bool value) => Value = value;

    public bool Value { get; }

    public override string TypeName => "bool";

    internal override bool IsTrue => Value;
}

/// <summary>A named type of whole numbers.</summary>
/// <param name="Name">Go's name.</param>
/// <param name="ToText">Its String method, or nothing if it prints as a number.</param>
/// <param name="Member">Its other methods.</param>
public sealed record IntegerType(string Name, Func<long, string>? ToText = null, Func<long, string, TemplateValue?>? Member = null)
{
    internal static IntegerType Int { get; } = new("int");

    internal static IntegerType Int64 { get; } = new("int64");

    internal static IntegerType Byte { get; } = new("uint8");
}

internal sealed class IntegerValue(long value, IntegerType type) : TemplateValue
{
    public long Value { get; } = value;

    public IntegerType Type { get; } = type;

    public override string TypeName => Type.Name;

    internal override bool IsTrue => Value != 0;

    protected internal override TemplateValue? GetMember(string name) =>
        name == "String" && Type.ToText is { } toText ? From(toText(Value)) : Type.Member?.Invoke(Value, name);
}

internal sealed class FloatValue(double value) : TemplateValue
{
    public double Value { get; } = value;

    public override string TypeName => "float64";

    internal override bool IsTrue => Value != 0;
}

/// <summary>A complex constant (<c>1i</c>). The language can write and print one, and do nothing else with it.</summary>
internal sealed class ComplexValue(double real, double imaginary) : TemplateValue
{
    public double Real { get; } = real;

    public double Imaginary { get; } = imaginary;

    public override string TypeName => "complex128";

    internal override bool IsTrue => Real != 0 || Imaginary != 0;
}

/// <summary>A text. Its length, slices and indexes count bytes of UTF-8, so it is kept as that.</summary>
internal sealed class StringValue(ReadOnlyMemory<byte> utf8, string typeName) : TemplateValue
{
    public const string TextType = "string";
    public const string NumberType = "json.Number";

    public ReadOnlyMemory<byte> Utf8 { get; } = utf8;

    public bool IsText => TypeName == TextType;

    public override string TypeName { get; } = typeName;

    internal override bool IsTrue => Utf8.Length > 0;

    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);

    protected internal override TemplateValue? GetMember(string name) => (IsText, name) switch
    {
        (false, "String") => From(ToString()),
        (false, "Int64") => long.TryParse(ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            ? From(whole, IntegerType.Int64)
            : throw new TemplateFault($"error calling Int64: {ToString()} is no 64-bit whole number"),
        (false, "Float64") => double.TryParse(ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
                ? From(number)
                : throw new TemplateFault($"error calling Float64: {ToString()} is no 64-bit floating-point number"),
        _ => null,
    };
}

/// <summary>A method that wants arguments; without any it is an error to name it.</summary>
internal sealed class MethodValue(string name, ParameterKind[] parameters, Func<TemplateValue[], TemplateValue> invoke) : TemplateValue
{
    public string Name { get; } = name;

    public ParameterKind[] Parameters { get; } = parameters;

    public Func<TemplateValue[], TemplateValue> Invoke { get; } = invoke;

    public override string TypeName => "func";

    internal override bool IsTrue => true;
}

/// <summary>What a parameter takes.</summary>
internal enum ParameterKind
{
    Any,
    Text,
    Int,
    Duration,
    Time,
    Location,
}
