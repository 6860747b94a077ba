using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Saker.Alerts;
using Saker.Router.Configuration;
using Saker.Testing;

namespace Saker.Outputs.Tests.Recorded;

/// <summary>One configuration of an output, and what Falcosidekick sent under it for each alert: <c>tests/Data/sidekick/outputs/NAME/VARIANT.jsonl</c>.</summary>
internal sealed partial class RecordedVariant
{
    private readonly JsonNode header;

    private RecordedVariant(string output, string name, JsonNode header, IReadOnlyList<RecordedCase> cases) => (Output, Name, this.header, Cases) = (output, name, header, cases);

    /// <summary>The output's type.</summary>
    public string Output { get; }

    /// <summary>The configuration's name.</summary>
    public string Name { get; }

    /// <summary>An alert, or several, with what was sent.</summary>
    public IReadOnlyList<RecordedCase> Cases { get; }

    /// <summary>The variables that were set.</summary>
    public Dictionary<string, string> Environment { get; private set; } = [];

    /// <summary>Every variant of the outputs that there are, of one kind of transport.</summary>
    public static IEnumerable<(string Output, string Variant)> All(OutputTransport transport) =>
        OutputCatalogue.Default.All.Where(output => output.Descriptor.Transport == transport && Directory.Exists(Folder(output.Descriptor.Type)))
            .SelectMany(static output => Names(output.Descriptor.Type).Select(name => (output.Descriptor.Type, name)));

    /// <summary>The variants of one output.</summary>
    public static TheoryData<string> Of(string output) => [.. Names(output)];

    public static RecordedVariant Load(string output, string name)
    {
        var lines = RecordedData.Lines("sidekick", "outputs", output, name + ".jsonl");
        var header = JsonNode.Parse(lines[0])!;
        return new RecordedVariant(output, name, header, [.. lines.Skip(1).Select(static line => new RecordedCase(JsonNode.Parse(line)!))])
        {
            Environment = header["env"]?.AsObject().ToDictionary(static v => v.Key, static v => v.Value!.GetValue<string>()) ?? [],
        };
    }

    /// <summary>The configuration as a user would write it, with addresses in place of the recorder's: <c>HOST</c>, <c>HOST-0</c> …</summary>
    public string Yaml(Func<string, string> address)
    {
        var yaml = Addressed(header["config"]!.GetValue<string>(), address);
        foreach (var (name, value) in Environment.ToList())
        {
            Environment[name] = Addressed(value, address);
        }

        // How Falcosidekick reads custom fields (names lower-cased, dotted ones and a second colon dropped) is the configuration's
        // concern and tested there; here they are written so that both read the same.
        yaml = yaml.Replace("Akey:", "akey:", StringComparison.Ordinal).Replace("  env.name: prod\n", "", StringComparison.Ordinal).Replace(", \"env.name\": prod", "", StringComparison.Ordinal);
        if (Environment.TryGetValue("CUSTOMFIELDS", out var fields))
        {
            Environment["CUSTOMFIELDS"] = fields.Replace(",a:b:c", "", StringComparison.Ordinal);
        }

        return yaml;
    }

    private static string Addressed(string text, Func<string, string> address) =>
        Host().Replace(text.Replace("HOST:80", "HOST", StringComparison.Ordinal), match => address(match.Value));

    private static IEnumerable<string> Names(string output) =>
        Directory.EnumerateFiles(Folder(output)).Select(static file => Path.GetFileName(file).Split('.')[0]).Order(StringComparer.Ordinal);

    private static string Folder(string output) => Path.Combine(SharedData.ProjectRoot, "tests", "Data", "sidekick", "outputs", output);

    [GeneratedRegex(@"\bHOST(-\d)?\b")]
    private static partial Regex Host();
}

/// <summary>A line: alerts, and what was sent for them.</summary>
internal sealed partial class RecordedCase(JsonNode line)
{
    private const string AtStart = "<startup>";

    /// <summary>The alert's name; <c>*</c> for several.</summary>
    public string Name { get; } = line["alert"]!.GetValue<string>();

    /// <summary>What was sent before any alert.</summary>
    public bool IsStart => Name == AtStart;

    /// <summary>The requests, as they were recorded.</summary>
    public IReadOnlyList<JsonNode> Requests { get; } = [.. (line["requests"]?.AsArray() ?? []).Select(static request => request!)];

    /// <summary>The messages of what speaks no HTTP, as they were recorded.</summary>
    public IReadOnlyList<JsonNode> Messages { get; } = [.. (line["messages"]?.AsArray() ?? []).Select(static message => message!)];

    /// <summary>The alerts, each as it was posted.</summary>
    public IReadOnlyList<Alert> Alerts() => line["alert_json"] is { } inline ? [Read(Name, Encoding.UTF8.GetBytes(inline is JsonValue text && text.TryGetValue(out string? json) ? json : inline.ToJsonString()))]
        : line["alerts"] is JsonArray names ? [.. names.Select(static name => Named(name!.GetValue<string>()))]
        : [Named(Name)];

    /// <summary>A recorded text with what is made anew for each run in its place.</summary>
    /// <param name="text">The text.</param>
    /// <param name="alerts">The alerts whose ids stand in it, in their order.</param>
    /// <param name="next">The alert whose id comes next.</param>
    /// <param name="now">The present.</param>
    public static string Expand(string text, IReadOnlyList<Alert> alerts, ref int next, DateTimeOffset now)
    {
        var from = next;
        text = Uuid().Replace(text, _ => alerts[Math.Min(from++, alerts.Count - 1)].Uuid.ToString());
        next = from;
        return Today().Replace(text, match => now.ToString(match.Groups[1].Value.Replace("2006", "yyyy", StringComparison.Ordinal).Replace("01", "MM", StringComparison.Ordinal).Replace("02", "dd", StringComparison.Ordinal), CultureInfo.InvariantCulture));
    }

    /// <summary>A recorded alert.</summary>
    public static Alert Named(string name) => Read(name, RecordedData.Bytes("sidekick", "alerts", name + ".json"));

    private static Alert Read(string name, byte[] json)
    {
        Assert.True(AlertReader.TryRead(json, out var alert, out _, out var error), $"{name}: {error}");
        return alert!;
    }

    [GeneratedRegex("<uuid>")]
    private static partial Regex Uuid();

    [GeneratedRegex("<today:([^>]*)>")]
    private static partial Regex Today();
}
