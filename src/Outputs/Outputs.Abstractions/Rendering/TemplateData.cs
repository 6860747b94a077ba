using System.Text;
using System.Text.Json;
using Saker.Alerts;
using Saker.Templates.Values;

namespace Saker.Outputs.Rendering;

/// <summary>
/// Alerts as the data of templates, under the names and types that they have in Falcosidekick: what users wrote for it
/// (<c>{{ .Rule }}</c>, <c>{{ index .OutputFields "k8s.ns.name" }}</c>, <c>{{ if ge .Priority 5 }}</c>) renders the same.
/// </summary>
public static class TemplateData
{
    /// <summary>The fields that the dot of a message template has.</summary>
    public static IReadOnlyList<string> AlertMembers { get; } =
        ["UUID", "Output", "Priority", "Rule", "Time", "OutputFields", "Source", "Tags", "Hostname", "String", "Check", "DeepCopy"];

    /// <summary>The dot of a message template.</summary>
    public static TemplateValue From(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return new AlertValue(alert);
    }

    /// <summary>The dot of a templated field.</summary>
    public static TemplateValue From(AlertFields fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        return new FieldsValue(fields);
    }

    private static TemplateValue From(FieldValue value) => value.Kind switch
    {
        FieldKind.Null => TemplateValue.Null,
        FieldKind.Text => TemplateValue.From(value.Raw!),
        FieldKind.Number => TemplateValue.FromNumber(value.Raw!),
        FieldKind.Json => From(Parse(value.Raw!)),
        _ => TemplateValue.From(value.Kind is FieldKind.True),
    };

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = AlertReader.MaxDepth });
        return document.RootElement.Clone();
    }

    private static TemplateValue From(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => new JsonMap(value),
        JsonValueKind.Array => new JsonList(value),
        JsonValueKind.String => TemplateValue.From(value.GetString()!),
        JsonValueKind.Number => TemplateValue.FromNumber(value.GetRawText()),
        JsonValueKind.Null => TemplateValue.Null,
        _ => TemplateValue.From(value.GetBoolean()),
    };

    private sealed class AlertValue(Alert alert) : TemplateObject
    {
        // Falcosidekick counts upwards to the urgent ones: Debug is 1, Emergency 8, and 0 is none.
        private static readonly IntegerType PriorityType = new("types.PriorityType", Word, static (number, name) =>
            name == "MarshalJSON" ? TemplateValue.FromBytes(Encoding.UTF8.GetBytes($"\"{Word(number)}\"")) : null);

        public override string TypeName => "types.FalcoPayload";

        public override string ToText() => Encoding.UTF8.GetString(StrictAlert.ToJson(alert).Span);

        protected override TemplateValue? GetMember(string name) => name switch
        {
            "UUID" => From(alert.Uuid.ToString()),
            "Output" => From(alert.Output),
            "Priority" => From(8 - (int)alert.Priority, PriorityType),
            "Rule" => From(alert.Rule),
            "Time" => new TimeValue(alert.Time.UnixSeconds, alert.Time.Nanoseconds, alert.Time.OffsetMinutes * 60),
            "OutputFields" => new FieldsValue(alert.OutputFields),
            "Source" => From(alert.Source),
            "Tags" => FromTexts(alert.Tags),
            "Hostname" => From(alert.Hostname),
            "String" => From(ToText()),
            "Check" => From(true),
            "DeepCopy" => this,
            _ => null,
        };

        private static string Word(long number) => number is >= 1 and <= 8 ? ((Priority)(8 - number)).Word() : "";
    }

    private sealed class FieldsValue(AlertFields fields) : TemplateMap
    {
        public override int Count => fields.Count;

        public override TemplateValue? Find(string key) => fields.TryGetValue(key, out var value) ? TemplateData.From(value) : null;

        public override IEnumerable<string> SortedKeys() => fields.Select(static field => field.Key);
    }

    private sealed class JsonMap(JsonElement json) : TemplateMap
    {
        public override int Count => SortedKeys().Count();

        public override TemplateValue? Find(string key) => json.TryGetProperty(key, out var value) ? TemplateData.From(value) : null;

        public override IEnumerable<string> SortedKeys() =>
            json.EnumerateObject().Select(static member => member.Name).Distinct().Order(Utf8Order.Instance);
    }

    private sealed class JsonList(JsonElement json) : TemplateList
    {
        public override int Count => json.GetArrayLength();

        public override TemplateValue this[int index] => TemplateData.From(json[index]);
    }
}
