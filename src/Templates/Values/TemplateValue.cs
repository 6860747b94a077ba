using System.Text;

namespace Saker.Templates.Values;

/// <summary>
/// A value that templates work on, with the type that it has in Go: what a template prints, compares and refuses follows from it.
/// Data of other rooms comes in through <see cref="TemplateObject"/>, <see cref="TemplateMap"/> and <see cref="TemplateList"/>.
/// </summary>
public abstract class TemplateValue
{
    private protected TemplateValue()
    {
    }

    /// <summary>No value: what a missing field is.</summary>
    public static TemplateValue Nil { get; } = new NilValue(isTyped: false);

    /// <summary>JSON's null in a map or list. Unlike <see cref="Nil"/> it has no fields that could be asked for.</summary>
    public static TemplateValue Null { get; } = new NilValue(isTyped: true);

    /// <summary>Go's name of the type, as <c>%T</c> prints it.</summary>
    public abstract string TypeName { get; }

    /// <summary>What <c>if</c> takes it for.</summary>
    internal abstract bool IsTrue { get; }

    internal bool IsNil => this is NilValue;

    /// <summary>A text.</summary>
    public static TemplateValue From(string text) => new StringValue(Encoding.UTF8.GetBytes(text), StringValue.TextType);

    /// <summary>A whole number of Go's type <c>int</c>.</summary>
    public static TemplateValue From(long number) => new IntegerValue(number, IntegerType.Int);

    /// <summary>A floating-point number.</summary>
    public static TemplateValue From(double number) => new FloatValue(number);

    /// <summary>A truth value.</summary>
    public static TemplateValue From(bool truth) => truth ? BooleanValue.True : BooleanValue.False;

    /// <summary>A number as it stands in JSON: a text with number's methods, as Go's <c>json.Number</c>.</summary>
    public static TemplateValue FromNumber(string literal) => new StringValue(Encoding.UTF8.GetBytes(literal), StringValue.NumberType);

    /// <summary>Bytes, as methods that marshal return them.</summary>
    public static TemplateValue FromBytes(ReadOnlyMemory<byte> bytes) => new BytesValue(bytes);

    /// <summary>A whole number of a named type.</summary>
    public static TemplateValue From(long number, IntegerType type) => new IntegerValue(number, type);

    /// <summary>A list of texts, as Go's <c>[]string</c>.</summary>
    public static TemplateValue FromTexts(IEnumerable<string> texts) => new ArrayValue(texts.Select(From).ToArray(), "string");

    /// <summary>
    /// The field or method <paramref name="name"/>, evaluated; nothing if the type has none of that name.
    /// </summary>
    protected internal virtual TemplateValue? GetMember(string name) => null;
}

/// <summary>A thing with fields, as Go's structs. Prints as <see cref="ToText"/>, which stands for its String method.</summary>
public abstract class TemplateObject : TemplateValue
{
    internal override bool IsTrue => true;

    /// <summary>What it prints as.</summary>
    public abstract string ToText();

    /// <summary>What <c>%#v</c> prints.</summary>
    protected internal virtual string ToGoSyntax() => ToText();

    /// <summary>Whether two objects of one type are equal for <c>eq</c>; nothing where Go cannot compare them.</summary>
    protected internal virtual bool? EqualTo(TemplateObject other) => null;
}

/// <summary>A map with text keys, as Go's <c>map[string]interface {}</c>.</summary>
public abstract class TemplateMap : TemplateValue
{
    /// <inheritdoc/>
    public override string TypeName => "map[string]interface {}";

    /// <summary>Number of entries.</summary>
    public abstract int Count { get; }

    internal override bool IsTrue => Count > 0;

    /// <summary>The value of <paramref name="key"/>, <see cref="TemplateValue.Null"/> for JSON's null; nothing if there is no such key.</summary>
    public abstract TemplateValue? Find(string key);

    /// <summary>The keys in the order of their UTF-8 bytes, in which maps are printed and ranged over.</summary>
    public abstract IEnumerable<string> SortedKeys();
}

/// <summary>A list.</summary>
public abstract class TemplateList : TemplateValue
{
    /// <inheritdoc/>
    public override string TypeName => "[]" + ElementTypeName;

    /// <summary>Go's name of the elements' type: <c>interface {}</c> for JSON's lists.</summary>
    public virtual string ElementTypeName => "interface {}";

    /// <summary>Number of elements.</summary>
    public abstract int Count { get; }

    /// <summary>The element at <paramref name="index"/>, which is within <see cref="Count"/>.</summary>
    public abstract TemplateValue this[int index] { get; }

    internal override bool IsTrue => Count > 0;
}
