using System.Text;
using System.Text.Json;
using Saker.Alerts;
using Saker.Router.Configuration;
using Saker.Router.Routing;
using Saker.Settings;

namespace Saker.Router.Tests.Configuration;

/// <summary>
/// Falcosidekick's reading of 132 files and 242 sets of variables against ours, for the keys and outputs that both have. What differs is
/// listed with its reason, and with more words in docs/decisions/0052-recorded-configuration.md.
/// </summary>
public sealed class RecordedConfigTests(ITestOutputHelper output) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-recorded").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Files_are_read_as_recorded_or_refused_with_a_reason()
    {
        var (same, other) = (0, 0);
        var surprises = new List<string>();
        foreach (var recorded in RecordedSettings.Lines("config-cases.jsonl"))
        {
            var name = recorded.GetProperty("name").GetString()!;
            if (Content(recorded) is not { } content || recorded.GetProperty("settings").ValueKind == JsonValueKind.Null)
            {
                other++; // files of other names and arguments: the command line's own tests
                continue;
            }

            var ours = Load(content, Variables(recorded));
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

        output.WriteLine($"{same} read as recorded, {RecordedDifferences.Files.Count} listed differences, {other} not about the content of a file.");
        Assert.True(surprises.Count == 0, string.Join("\n", surprises));
        Assert.True(same >= 50, $"only {same} were compared");
    }

    [Fact]
    public void Variables_are_read_as_recorded_or_refused_with_a_reason()
    {
        var same = 0;
        var surprises = new List<string>();
        foreach (var recorded in RecordedSettings.Lines("config-env-special.jsonl"))
        {
            var variables = Variables(recorded);
            variables["WEBHOOK_ADDRESS"] = "http://127.0.0.1/"; // keys of an output count only when it is on
            variables["SLACK_WEBHOOKURL"] = "http://127.0.0.1/";
            var key = recorded.GetProperty("key").GetString()!;
            var ours = Load("", variables);
            using var settings = JsonDocument.Parse($"{{{JsonSerializer.Serialize(key)}: {recorded.GetProperty("value").GetRawText()}}}");
            if (RecordedSettings.Of(settings.RootElement, ours).GetValueOrDefault(key) is not { } expected)
            {
                continue; // a key of an output that is not compared here
            }

            var got = RecordedSettings.Of(ours).GetValueOrDefault(key);
            var faults = RecordedSettings.Faults(ours).Where(static fault => fault.Severity == FaultSeverity.Error).ToList();
            var isSame = faults.Count == 0 && (got == expected || (got is null && expected is "{}" or "[]" or "null" or "\"\""));
            var text = string.Join(' ', recorded.GetProperty("env").EnumerateObject().Select(static pair => $"{pair.Name}={pair.Value.GetString()}"));
            var known = RecordedDifferences.Variables.GetValueOrDefault(text);
            same += isSame ? 1 : 0;
            if (isSame == known is not null || (known is not null && known.IsRefused != faults.Count > 0))
            {
                surprises.Add($"{text}: {(isSame ? "is listed as a difference and is none" : $"recorded {expected}, ours {got}, faults: {string.Join(" ", faults)}")}");
            }
        }

        output.WriteLine($"{same} read as recorded, {RecordedDifferences.Variables.Count} listed differences.");
        Assert.True(surprises.Count == 0, string.Join("\n", surprises));
        Assert.True(same >= 30, $"only {same} were compared");
    }

    [Fact]
    public void Priorities_pass_the_minimum_as_recorded_and_words_that_are_none_are_refused()
    {
        var (same, refused) = (0, 0);
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
                refused++;
                continue;
            }

            // Falcosidekick takes 'info' and words with blanks for no limit; docs/falcosidekick-differences.md.
            if (text is not null && (text.Equals("info", StringComparison.OrdinalIgnoreCase) || text != text.Trim()))
            {
                continue;
            }

            var filter = new AlertFilter(Assert.Single(ours.Outputs).Options.MinimumPriority, null);
            Assert.Equal(Texts(recorded, "delivered"), Texts(recorded, "tried").Where(priority => filter.Matches(Alert("r", priority))));
            Assert.Equal(Texts(recorded, "delivered_test_rule"), Texts(recorded, "delivered_test_rule").Where(priority => filter.Matches(Alert("Test rule", priority))));
            same++;
        }

        output.WriteLine($"{same} as recorded, {refused} refused.");
        Assert.True(same >= 15, $"only {same} were compared");
    }

    private static Alert Alert(string rule, string priority)
    {
        var json = $$$"""{"output":"o","priority":"{{{priority}}}","rule":"{{{rule}}}","time":"2026-11-23T19:18:08Z","output_fields":{"a":"b"}}""";
        Assert.True(AlertReader.TryRead(Encoding.UTF8.GetBytes(json), out var alert, out _, out var error), error);
        return alert!;
    }

    private static string[] Texts(JsonElement line, string name) => [.. line.GetProperty(name).EnumerateArray().Select(static item => item.GetString()!)];

    private static byte[]? Content(JsonElement recorded) =>
        recorded.TryGetProperty("file", out _) || recorded.TryGetProperty("files", out _) || recorded.TryGetProperty("args", out _) ? null
        : recorded.TryGetProperty("yaml", out var yaml) && yaml.ValueKind == JsonValueKind.String ? Encoding.UTF8.GetBytes(yaml.GetString()!)
        : recorded.TryGetProperty("yaml_base64", out var base64) ? base64.GetBytesFromBase64()
        : [];

    private static Dictionary<string, string> Variables(JsonElement recorded) => recorded.TryGetProperty("env", out var env)
        ? env.EnumerateObject().ToDictionary(static pair => pair.Name, static pair => pair.Value.GetString()!)
        : [];

    private static string Text(SortedDictionary<string, string> settings) => $"{{{string.Join(", ", settings.Select(static pair => $"{pair.Key}: {pair.Value}"))}}}";

    private RouterConfiguration Load(string yaml, Dictionary<string, string> variables) => Load(Encoding.UTF8.GetBytes(yaml), variables);

    // Strict: keys are lower-cased then as recorded. Everything else of the reading is the same.
    private RouterConfiguration Load(byte[] content, Dictionary<string, string> variables)
    {
        var file = Path.Combine(folder, "router.yaml");
        File.WriteAllBytes(file, content);
        return RouterConfigurationLoader.Load(file, new EnvironmentVariables(new Dictionary<string, string>(variables) { ["STRICTCOMPATIBILITY"] = "true" }), RecordedSettings.Catalogue);
    }
}
