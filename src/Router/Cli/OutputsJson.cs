using Saker.Outputs;
using Saker.Router.Configuration;
using Saker.Settings;

namespace Saker.Router.Cli;

/// <summary>What <c>saker-router outputs</c> says, as JSON.</summary>
internal static class OutputsJson
{
    /// <summary>Every output, with the instances that the configuration switches on.</summary>
    public static Task ListAsync(RouterConfiguration configuration, OutputCatalogue catalogue, IReadOnlyCollection<string> paused, TextWriter output) => JsonOutput.WriteAsync(output, json =>
    {
        json.WriteStartArray();
        foreach (var registration in catalogue.All)
        {
            json.WriteStartObject();
            json.WriteString("type", registration.Descriptor.Type);
            json.WriteString("product", registration.Descriptor.Title);
            json.WriteString("decidingKey", registration.Descriptor.DecidingKey);
            json.WriteStartArray("instances");
            foreach (var instance in configuration.Outputs.Where(instance => instance.Registration == registration))
            {
                json.WriteStartObject();
                json.WriteString("name", instance.Name);
                json.WriteBoolean("paused", paused.Contains(instance.Name));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>What one output is, and its keys, those of its group too.</summary>
    public static Task DescribeAsync(OutputRegistration registration, TextWriter output) => JsonOutput.WriteAsync(output, json =>
    {
        var descriptor = registration.Descriptor;
        json.WriteStartObject();
        json.WriteString("type", descriptor.Type);
        json.WriteString("product", descriptor.Title);
        json.WriteString("summary", descriptor.Summary);
        json.WriteString("decidingKey", descriptor.DecidingKey);
        json.WriteBoolean("confirmed", descriptor.Guarantee == DeliveryGuarantee.Confirmed);
        json.WriteString("documentation", descriptor.Documentation?.ToString());
        json.WriteStartArray("keys");
        var keys = Keys(registration.OptionsType, descriptor.InFalcosidekick ? descriptor.Type : "outputs.NAME", descriptor.Type);
        foreach (var (variable, path, key, text) in registration.Group is { } group ? keys.Concat(Keys(group.OptionsType, group.Name, group.Name)) : keys)
        {
            json.WriteStartObject();
            json.WriteString("key", path);
            json.WriteString("variable", variable);
            json.WriteString("type", KeyFacts.Type(key));
            json.WriteBoolean("required", key.IsRequired);
            json.WriteString("default", KeyFacts.Default(key));
            json.WriteString("limits", KeyFacts.Limits(key));
            json.WriteString("meaning", text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>What came of a test.</summary>
    public static Task ResultAsync(string name, DeliveryResult result, TimeSpan time, TextWriter output) => JsonOutput.WriteAsync(output, json =>
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("result", result.Status.ToString().ToLowerInvariant());
        json.WriteString("reason", result.Reason);
        json.WriteNumber("seconds", Math.Round(time.TotalSeconds, 3));
        json.WriteEndObject();
    });

    private static IEnumerable<(string Variable, string Path, OptionKey Key, string Text)> Keys(Type options, string path, string type) =>
        VariableTable.Of(OptionSchema.For(options), path).Select(row => (row.Variable, row.Path, row.Key, OutputTexts.Of(type + row.Path[path.Length..])));
}
