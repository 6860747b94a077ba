
namespace Saker.Templates.Values;

/// <summary>A list that is held as such: tags, slices.</summary>
internal sealed class ArrayValue(ReadOnlyMemory<TemplateValue> items, string elementTypeName) : TemplateList
{
    public override string ElementTypeName { get; } = elementTypeName;

    public override int Count => items.Length;

    public override TemplateValue this[int index] => items.Span[index];
}

internal sealed class BytesValue(ReadOnlyMemory<byte> bytes) : TemplateList
{
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    public override string ElementTypeName => "uint8";

    public override int Count => Bytes.Length;

    public override TemplateValue this[int index] => From(Bytes.Span[index], IntegerType.Byte);
}

/// <summary>A part of a list.</summary>
internal sealed class ListSlice(TemplateList list, int start, int count) : TemplateList
{
    public override string ElementTypeName => list.ElementTypeName;

    public override int Count => count;

    public override TemplateValue this[int index] => list[start + index];
}
