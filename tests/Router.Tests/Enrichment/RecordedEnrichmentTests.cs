using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Saker.Router.Configuration;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Router.Tests.Enrichment;

public sealed class RecordedEnrichmentTests(ITestOutputHelper output)
{
    /// <summary>The lines of docs/falcosidekick-differences.md that recorded alerts need.</summary>
    public static readonly string[] Differences = ["bad-label", "blanks-inside", "cut-fields", "dotted-keys", "empty-variable", "unknown-alert-keys"];

    private static string? Difference(string name, string alert, JsonElement line) => (name, alert) switch
    {
        _ when line.GetProperty("payload").GetString()!.Contains("[...]", StringComparison.Ordinal) => "cut-fields", // of strict rendering, which is compared with the outputs
        ("customtags-env-empty", _) => "empty-variable",
        ("customtags-env", _) => "blanks-inside",
        ("customfields-k8s-number", _) => "dotted-keys",
        (_, "unknown-top-level-keys") => "unknown-alert-keys",
        _ => null,
    };

    [Fact]
    public void Enrichment_gives_the_recorded_alerts()
    {
        var (compared, leftOut) = (0, 0);
        var differences = new List<string>();
        foreach (var text in RecordedData.Lines("sidekick", "enrichment.jsonl"))
        {
            using var document = JsonDocument.Parse(text);
            var line = document.RootElement;
            var name = line.GetProperty("name").GetString()!;
            var alert = line.TryGetProperty("alert", out var named) ? named.GetString()! : "";
            if (!line.TryGetProperty("payload", out var payload) || payload.ValueKind != JsonValueKind.String)
            {
                Assert.False(line.GetProperty("starts").GetBoolean()); // bad-label
                leftOut++;
                continue;
            }

            var body = alert.Length > 0 ? RecordedData.Bytes("sidekick", "alerts", $"{alert}.json") : Encoding.UTF8.GetBytes(line.GetProperty("body").GetString()!);
            var got = Normal(Enriched(line, body));
            var accepted = line.TryGetProperty("payload_also", out var also) ? also.EnumerateArray().Select(one => one.GetString()!).Append(payload.GetString()!) : [payload.GetString()!];
            var agrees = accepted.Any(expected => JsonNode.DeepEquals(Normal(expected), got));
            if (Difference(name, alert, line) is { } listed)
            {
                leftOut++;
                if (agrees)
                {
                    differences.Add($"{name} {alert} is listed as {listed} and agrees");
                }

                continue;
            }

            compared++;
            if (!agrees)
            {
                differences.Add($"{name} {alert}:\n  expected {payload.GetString()!.Trim()}\n  got      {got.ToJsonString()}");
            }
        }

        RecordedCases.Note(output, "enrichment", compared - differences.Count, compared, leftOut);
        Assert.True(differences.Count == 0, string.Join("\n", differences));
        Assert.True(compared > 80);
    }

    private static string Enriched(JsonElement line, byte[] body)
    {
        var variables = line.TryGetProperty("env", out var env) ? env.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!) : [];
        variables["STRICTCOMPATIBILITY"] = "true"; // keys as Falcosidekick has them
        var file = Path.GetTempFileName();
        File.WriteAllText(file, line.TryGetProperty("config", out var config) ? config.GetString()! : "");
        var options = RouterConfigurationLoader.Load(file, new EnvironmentVariables(variables), new OutputCatalogue()).Router;
        File.Delete(file);
        return AlertTexts.Enriched(options, body);
    }

    private static JsonObject Normal(string json)
    {
        var alert = JsonNode.Parse(json)!.AsObject();
        alert.Remove("uuid");
        var fields = alert["output_fields"]!.AsObject();
        alert["output_fields"] = new JsonObject(fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));
        return alert;
    }
}
