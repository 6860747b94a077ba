using System.Text.Json;
using System.Text.Json.Nodes;
using Saker.Alerts;
using Saker.Router.Configuration;
using Saker.Router.Options;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Router.Tests.Configuration;

/// <summary>Our reading of a configuration in the form in which Falcosidekick's was recorded, for the keys that both have.</summary>
internal static class RecordedSettings
{
    /// <summary>The outputs of Falcosidekick whose recorded keys are compared; others are compared where they are built.</summary>
    private static readonly string[] Compared = ["slack", "webhook"];

    private const string SeverityMap = "alertmanager.customseveritymap";

    public static OutputCatalogue Catalogue { get; } = new(OutputCatalogue.Default.All.Where(static output => Compared.Contains(output.Descriptor.Type)));

    /// <summary>Lines of a recorded file.</summary>
    public static IEnumerable<JsonElement> Lines(string file)
    {
        foreach (var text in RecordedData.Lines("sidekick", file))
        {
            using var document = JsonDocument.Parse(text);
            yield return document.RootElement.Clone();
        }
    }

    /// <summary>Faults other than that an output is missing from the catalogue of these tests.</summary>
    public static IEnumerable<ConfigFault> Faults(RouterConfiguration configuration) =>
        configuration.Faults.Where(static fault => !fault.Message.Contains("is not in this version", StringComparison.Ordinal));

    /// <summary>What is not at its default, by key.</summary>
    public static SortedDictionary<string, string> Of(RouterConfiguration configuration)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add(settings, typeof(RouterOptions), configuration.Router, "");
        foreach (var output in configuration.Outputs)
        {
            Add(settings, output.Registration.OptionsType, output.Options, output.Path);
        }

        // Falcosidekick has the list in another key, which it derives.
        settings.Remove("prometheus.extralabels");
        if (configuration.Router.Prometheus.ExtraLabels.Count > 0)
        {
            settings["prometheus.extralabelslist"] = new JsonArray([.. configuration.Router.Prometheus.ExtraLabels.Keys.Select(static key => JsonValue.Create(key))]).ToJsonString();
        }

        if (settings.Remove("loki.extralabels", out var labels))
        {
            settings["loki.extralabelslist"] = labels;
        }

        return settings;
    }

    /// <summary>The recorded settings of keys that are compared.</summary>
    public static SortedDictionary<string, string> Of(JsonElement recorded, RouterConfiguration ours)
    {
        var known = Keys(ours);
        return new SortedDictionary<string, string>(
            recorded.EnumerateObject().Where(setting => known.Contains(setting.Name)).ToDictionary(static setting => setting.Name, Normal), StringComparer.Ordinal);
    }

    // Ours keeps the words as they are written, and reads them when the output is made. Of two words for one priority the last counts.
    private static JsonObject WithPriorities(IEnumerable<KeyValuePair<string, string>> map)
    {
        var result = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var (word, severity) in map)
        {
            result[Priorities.TryParse(word, out var priority) ? priority.Word() : word] = severity;
        }

        return new JsonObject(result);
    }

    private static string Normal(JsonProperty setting)
    {
        var node = JsonNode.Parse(setting.Value.GetRawText());
        if (setting.Name == SeverityMap)
        {
            return WithPriorities(node!.AsObject().Select(static entry => KeyValuePair.Create(entry.Key, entry.Value!.GetValue<string>()))).ToJsonString();
        }

        return setting.Name.EndsWith(".minimumpriority", StringComparison.Ordinal) && Priorities.TryParse(setting.Value.GetString()!, out var priority)
            ? JsonValue.Create(priority.Word()).ToJsonString()
            : Sorted(node)?.ToJsonString() ?? "null";
    }

    private static HashSet<string> Keys(RouterConfiguration configuration)
    {
        var keys = VariableTable.Of(OptionSchema.For(typeof(RouterOptions)), "").Select(static row => row.Path).ToHashSet();
        foreach (var output in configuration.Outputs)
        {
            keys.UnionWith(VariableTable.Of(OptionSchema.For(output.Registration.OptionsType), output.Path).Select(static row => row.Path));
        }

        keys.Remove("prometheus.extralabels");
        return keys;
    }

    private static void Add(SortedDictionary<string, string> settings, Type type, object options, string path)
    {
        foreach (var key in OptionSchema.For(type).Keys)
        {
            var keyPath = OptionsBinder.Join(path, key.Name);
            var value = key.Property.GetValue(options);
            if (key.Kind == OptionKind.Section)
            {
                Add(settings, key.ValueType, value!, keyPath);
            }
            else if (keyPath == SeverityMap && value is IReadOnlyDictionary<string, string> { Count: > 0 } severities)
            {
                settings[keyPath] = WithPriorities(severities).ToJsonString();
            }
            else if (Node(value)?.ToJsonString() is { } text && text != Node(key.Default)?.ToJsonString() && keyPath != "strictcompatibility")
            {
                settings[keyPath] = text;
            }
        }
    }

    /// <summary>A value as JSON, also one that is secret.</summary>
    public static string Text(object? value) => Node(value)?.ToJsonString() ?? "null";

    private static JsonNode? Node(object? value) => value switch
    {
        null => null,
        Secret secret => JsonValue.Create(secret.Reveal()),
        bool flag => JsonValue.Create(flag),
        int number => JsonValue.Create(number),
        Priority priority => JsonValue.Create(priority.Word()),
        IReadOnlyList<Secret> list => new JsonArray([.. list.Select(static item => JsonValue.Create(item.Reveal()))]),
        IReadOnlyList<string> list => new JsonArray([.. list.Select(static item => JsonValue.Create(item))]),
        IReadOnlyDictionary<string, string> map => Sorted(new JsonObject(map.Select(static entry => KeyValuePair.Create<string, JsonNode?>(entry.Key, entry.Value)))),
        IReadOnlyDictionary<string, Secret> map => Sorted(new JsonObject(map.Select(static entry => KeyValuePair.Create<string, JsonNode?>(entry.Key, entry.Value.Reveal())))),
        _ => JsonValue.Create(value.ToString()),
    };

    private static JsonNode? Sorted(JsonNode? node) => node is JsonObject map
        ? new JsonObject(map.OrderBy(static entry => entry.Key, StringComparer.Ordinal).Select(static entry => KeyValuePair.Create(entry.Key, entry.Value?.DeepClone())))
        : node;
}
