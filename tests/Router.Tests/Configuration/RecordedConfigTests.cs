using System.Text;
using System.Text.Json;
using Saker.Alerts;
using Saker.Router.Configuration;
using Saker.Router.Routing;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Router.Tests.Configuration;

/// <summary>
/// Falcosidekick's reading of 132 files and 242 sets of variables against ours, for the keys and outputs that both have. What differs is
/// listed by the name of its line in docs/falcosidekick-differences.md.
/// </summary>
public sealed class RecordedConfigTests(ITestOutputHelper output) : IDisposable
{
    private const string FileName = "router.yaml";

    private static readonly string[] Deciding = ["ALERTMANAGER_HOSTPORT", "ELASTICSEARCH_HOSTPORT", "LOKI_HOSTPORT", "SLACK_WEBHOOKURL", "SPLUNK_HOST", "WEBHOOK_ADDRESS"];

    private readonly string folder = Directory.CreateTempSubdirectory("saker-recorded").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Files_are_read_as_recorded_or_refused_with_a_reason()
    {
        var (same, other) = (0, 0);
        var surprises = new List<string>();
        var met = new HashSet<string>();
        foreach (var recorded in RecordedSettings.Lines("config-cases.jsonl"))
        {
            var name = recorded.GetProperty("name").GetString()!;
            if (Content(recorded) is not { } content || recorded.GetProperty("settings").ValueKind == JsonValueKind.Null)
            {
                other++; // arguments: the command line's own tests
                continue;
            }

            met.Add(name);
            var ours = Load(content, Variables(recorded), file: recorded.TryGetProperty("file", out var named) ? named.GetString()! : FileName);
            var (expected, got) = (RecordedSettings.Of(recorded.GetProperty("settings"), ours), RecordedSettings.Of(ours));
            var faults = RecordedSettings.Faults(ours).Where(static fault => fault.Severity == FaultSeverity.Error).ToList();
            var known = RecordedDifferences.Files.GetValueOrDefault(name);
            var isSame = faults.Count == 0 && expected.SequenceEqual(got);
            same += isSame ? 1 : 0;
            if (isSame == known is not null || (known is not null && known.IsRefused != faults.Count > 0))
            {
                surprises.Add($"{name}: {(isSame ? "is listed as a difference and is none" : $"recorded {Text(expected)}, ours {Text(got)}, faults: {string.Join(" ", faults)}")}");
            }
        }

        output.WriteLine($"{other} are about arguments alone.");
        RecordedCases.Note(output, "configuration files", same, met.Count - RecordedDifferences.Files.Count, RecordedDifferences.Files.Count);
        Assert.True(surprises.Count == 0, string.Join("\n", surprises));
        Assert.Empty(RecordedDifferences.Files.Keys.Except(met));
        Assert.True(same >= 50, $"only {same} were compared");
    }

    [Fact]
    public void Variables_are_read_as_recorded_or_refused_with_a_reason()
    {
        var same = 0;
        var surprises = new List<string>();
        var met = new HashSet<string>();
        foreach (var recorded in RecordedSettings.Lines("config-env-special.jsonl"))
        {
            var variables = Variables(recorded);
            foreach (var deciding in Deciding)
            {
                variables.TryAdd(deciding, "http://127.0.0.1/"); // keys of an output count only when it is on
            }

            var key = recorded.GetProperty("key").GetString()!;
            var ours = Load("", variables, OutputCatalogue.Default);
            using var settings = JsonDocument.Parse($"{{{JsonSerializer.Serialize(key)}: {recorded.GetProperty("value").GetRawText()}}}");
            if (key == "alertmanager.dropeventthresholdslist" || RecordedSettings.Of(settings.RootElement, ours).GetValueOrDefault(key) is not { } expected)
            {
                continue; // a key of an output still to come, or one that is made of another (compared by the alerts that come of it)
            }

            var got = RecordedSettings.Of(ours).GetValueOrDefault(key);
            var faults = RecordedSettings.Faults(ours).Where(static fault => fault.Severity == FaultSeverity.Error).ToList();
            var isSame = faults.Count == 0 && (got == expected || (got is null && expected is "{}" or "[]" or "null" or "\"\""));
            var text = string.Join(' ', recorded.GetProperty("env").EnumerateObject().Select(static pair => $"{pair.Name}={pair.Value.GetString()}"));
            met.Add(text);
            var known = RecordedDifferences.Variables.GetValueOrDefault(text);
            same += isSame ? 1 : 0;
            if (isSame == known is not null || (known is not null && known.IsRefused != faults.Count > 0))
            {
                surprises.Add($"{text}: {(isSame ? "is listed as a difference and is none" : $"recorded {expected}, ours {got}, faults: {string.Join(" ", faults)}")}");
            }
        }

        RecordedCases.Note(output, "configuration variables", same, met.Count - RecordedDifferences.Variables.Count, RecordedDifferences.Variables.Count);
        Assert.True(surprises.Count == 0, string.Join("\n", surprises));
        Assert.Empty(RecordedDifferences.Variables.Keys.Except(met));
        Assert.True(same >= 80, $"only {same} were compared");
    }

    [Fact]
    public void Priorities_pass_the_minimum_as_recorded_and_words_that_are_none_are_refused()
    {
        var (same, other) = (0, 0);
        foreach (var recorded in RecordedSettings.Lines("minimum-priority.jsonl").Where(static line => Texts(line, "outputs").Contains("webhook")))
        {
            var minimum = recorded.GetProperty("minimumpriority");
            var text = minimum.ValueKind == JsonValueKind.Null ? null : minimum.ToString();
            var byVariable = recorded.GetProperty("set_by").GetString() == "env";
            var variables = new Dictionary<string, string> { ["WEBHOOK_ADDRESS"] = "http://127.0.0.1/" };
            if (byVariable)
            {
                variables["WEBHOOK_MINIMUMPRIORITY"] = text!;
            }

            var ours = Load(text is null || byVariable ? "" : $"webhook: {{minimumpriority: {minimum.GetRawText()}}}\n", variables);
            if (ours.IsRefused)
            {
                Assert.False(Priorities.TryParse(text!.Trim(), out _), $"'{text}' was refused");
                Assert.Equal("webhook.minimumpriority", Assert.Single(ours.Faults).Key);
                other++; // unknown-priority
                continue;
            }

            var filter = new AlertFilter(Assert.Single(ours.Outputs).Options.MinimumPriority, null);
            var delivered = Texts(recorded, "tried").Where(priority => filter.Matches(Alert("r", priority)));
            if (text is not null && (text.Equals("info", StringComparison.OrdinalIgnoreCase) || text != text.Trim()))
            {
                Assert.NotEqual(Texts(recorded, "delivered"), delivered); // info, priority-blanks
                other++;
                continue;
            }

            Assert.Equal(Texts(recorded, "delivered"), delivered);
            Assert.Equal(Texts(recorded, "delivered_test_rule"), Texts(recorded, "delivered_test_rule").Where(priority => filter.Matches(Alert("Test rule", priority))));
            same++;
        }

        RecordedCases.Note(output, "minimum priorities", same, same, other);
        Assert.True(same >= 15, $"only {same} were compared");
    }

    private static Alert Alert(string rule, string priority)
    {
        var json = $$$"""{"output":"o","priority":"{{{priority}}}","rule":"{{{rule}}}","time":"2026-11-23T19:18:08Z","output_fields":{"a":"b"}}""";
        Assert.True(AlertReader.TryRead(Encoding.UTF8.GetBytes(json), out var alert, out _, out var error), error);
        return alert!;
    }

    private static string[] Texts(JsonElement line, string name) => [.. line.GetProperty(name).EnumerateArray().Select(static item => item.GetString()!)];

    // A case with arguments names one of its files by them: the first.
    private static byte[]? Content(JsonElement recorded) =>
        recorded.TryGetProperty("files", out var files) ? Encoding.UTF8.GetBytes(files.EnumerateObject().First().Value.GetString()!)
        : recorded.TryGetProperty("args", out _) ? null
        : recorded.TryGetProperty("yaml", out var yaml) && yaml.ValueKind == JsonValueKind.String ? Encoding.UTF8.GetBytes(yaml.GetString()!)
        : recorded.TryGetProperty("yaml_base64", out var base64) ? base64.GetBytesFromBase64()
        : [];

    private static Dictionary<string, string> Variables(JsonElement recorded) => recorded.TryGetProperty("env", out var env)
        ? env.EnumerateObject().ToDictionary(static pair => pair.Name, static pair => pair.Value.GetString()!)
        : [];

    private static string Text(SortedDictionary<string, string> settings) => $"{{{string.Join(", ", settings.Select(static pair => $"{pair.Key}: {pair.Value}"))}}}";

    private RouterConfiguration Load(string yaml, Dictionary<string, string> variables, OutputCatalogue? catalogue = null) => Load(Encoding.UTF8.GetBytes(yaml), variables, catalogue);

    // Strict: keys are lower-cased then as recorded. Everything else of the reading is the same.
    private RouterConfiguration Load(byte[] content, Dictionary<string, string> variables, OutputCatalogue? catalogue = null, string file = FileName)
    {
        file = Path.Combine(folder, file);
        File.WriteAllBytes(file, content);
        return RouterConfigurationLoader.Load(file, new EnvironmentVariables(new Dictionary<string, string>(variables) { ["STRICTCOMPATIBILITY"] = "true" }), catalogue ?? RecordedSettings.Catalogue);
    }
}
