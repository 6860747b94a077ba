using System.Text.Json;
using Saker.Alerts;
using Saker.Templates;

namespace Saker.Router.Enrichment;

/// <summary>Lists and objects inside a field, as templates see them. Nothing is converted before a template asks for it.</summary>
internal static class JsonTemplateValues
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = AlertReader.MaxDepth };

    public static TemplateValue Parse(string json)
    {
        using var document = JsonDocument.Parse(json, Options);
        return ValueOf(document.RootElement.Clone());
    }

    private static TemplateValue ValueOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new ElementMap(element),
        JsonValueKind.Array => new ElementList(element),
        JsonValueKind.String => TemplateValue.From(element.GetString()!),
        JsonValueKind.Number => TemplateValue.FromNumber(element.GetRawText()),
        JsonValueKind.True => TemplateValue.From(true),
        JsonValueKind.False => TemplateValue.From(false),
        _ => TemplateValue.Null,
    };

    private sealed class ElementMap(JsonElement element) : TemplateMap
    {
        public override int Count => element.EnumerateObject().Select(static property => property.Name).Distinct().Count();

        public override TemplateValue? Find(string key) => element.TryGetProperty(key, out var value) ? ValueOf(value) : null;

        public override IEnumerable<string> SortedKeys() => element.EnumerateObject().Select(static property => property.Name).Distinct().Order(Utf8Order.Instance);
    }

    private sealed class ElementList(JsonElement element) : TemplateList
    {
        public override int Count => element.GetArrayLength();

        public override TemplateValue this[int index] => ValueOf(element[index]);
    }
}
