using Saker.Templates.Values;

namespace Saker.Templates.Execution;

/// <summary>The functions <c>index</c>, <c>slice</c> and <c>len</c>.</summary>
internal static class Indexing
{
    public static TemplateValue Index(TemplateValue item, ReadOnlySpan<TemplateValue> keys)
    {
        foreach (var key in keys)
        {
            item = item switch
            {
                NilValue => throw new TemplateFault("error calling index: index of nil pointer"),
                TemplateMap map when key is StringValue { IsText: true } text => map.Find(text.ToString()) ?? TemplateValue.Null,
                TemplateMap => throw new TemplateFault($"error calling index: value has type {key.TypeName}; should be string"),
                TemplateList list => list[Position(key, list.Count, "index", inclusive: false)],
                StringValue text => TemplateValue.From(
                    text.Utf8.Span[Position(key, text.Utf8.Length, "index", inclusive: false)], IntegerType.Byte),
                _ => throw new TemplateFault($"error calling index: can't index item of type {item.TypeName}"),
            };
        }

        return item;
    }

    public static TemplateValue Slice(TemplateValue item, ReadOnlySpan<TemplateValue> indexes)
    {
        var length = item switch
        {
            StringValue text => text.Utf8.Length,
            TemplateList list => list.Count,
            _ => throw new TemplateFault($"error calling slice: can't slice item of type {item.TypeName}"),
        };
        if (indexes.Length > 3)
        {
            throw new TemplateFault($"error calling slice: too many slice indexes: {indexes.Length}");
        }

        if (item is StringValue && indexes.Length == 3)
        {
            throw new TemplateFault("error calling slice: cannot 3-index slice a string");
        }

        Span<int> bounds = [0, length, length];
        for (var i = 0; i < indexes.Length; i++)
        {
            bounds[i] = Position(indexes[i], length, "slice", inclusive: true);
        }

        if (bounds[0] > bounds[1] || bounds[1] > bounds[2])
        {
            throw new TemplateFault($"error calling slice: invalid slice index: {string.Join(" > ", bounds[..2].ToArray())}");
        }

        var (start, count) = (bounds[0], bounds[1] - bounds[0]);
        return item is StringValue slicedText
            ? new StringValue(slicedText.Utf8.Slice(start, count), slicedText.TypeName)
            : new ListSlice((TemplateList)item, start, count);
    }

    public static TemplateValue Length(TemplateValue item) => item switch
    {
        StringValue text => TemplateValue.From(text.Utf8.Length),
        TemplateList list => TemplateValue.From(list.Count),
        TemplateMap map => TemplateValue.From(map.Count),
        _ => throw new TemplateFault($"error calling len: len of type {item.TypeName}"),
    };

    private static int Position(TemplateValue index, int length, string function, bool inclusive)
    {
        if (index is not IntegerValue number)
        {
            throw new TemplateFault($"error calling {function}: cannot index slice/array with {(index.IsNil ? "nil" : "type " + index.TypeName)}");
        }

        if (number.Value < 0 || number.Value > length || (number.Value == length && !inclusive))
        {
            throw new TemplateFault($"error calling {function}: index out of range: {number.Value}");
        }

        return (int)number.Value;
    }
}
