using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Saker.Alerts;
using Saker.Router.Configuration;
using Saker.Router.Enrichment;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Router.Tests.Enrichment;

public sealed class RecordedEnrichmentTests(ITestOutputHelper output)
{
    /// <summary>What is not compared: faults of Falcosidekick that ours does not have, and what belongs to the rendering of strict mode.</summary>
    private static bool IsLeftOut(string name, string alert, JsonElement line) =>
        line.GetProperty("payload").GetString()!.Contains("[...]", StringComparison.Ordinal) // cut over 4,096 bytes: strict rendering
        || name is "customtags-env-empty" or "customtags-env" // adds an empty tag; takes blanks out of tags
        || name == "customfields-k8s-number" // a dotted key in YAML is dropped
        || name == "templatedfields-chain" // one of two random orders
        || alert is "unknown-top-level-keys" or "numbers-exact"; // kept; compared exactly by the tests of Alerts

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
            if (!line.TryGetProperty("payload", out var payload) || payload.ValueKind != JsonValueKind.String || IsLeftOut(name, alert, line))
            {
                leftOut++;
                continue;
            }

            var body = alert.Length > 0 ? RecordedData.Bytes("sidekick", "alerts", $"{alert}.json") : Encoding.UTF8.GetBytes(line.GetProperty("body").GetString()!);
            var got = Normal(Enriched(line, body));
            var accepted = line.TryGetProperty("payload_also", out var also) ? also.EnumerateArray().Select(one => one.GetString()!).Append(payload.GetString()!) : [payload.GetString()!];
            compared++;
            if (!accepted.Any(expected => JsonNode.DeepEquals(Normal(expected), got)))
            {
                differences.Add($"{name} {alert}:\n  expected {payload.GetString()!.Trim()}\n  got      {got.ToJsonString()}");
            }
        }

        output.WriteLine($"{compared} compared, {leftOut} left out, {differences.Count} differ.");
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
        Assert.True(AlertReader.TryRead(body, out var alert, out _, out var error), error);
        var written = new System.Buffers.ArrayBufferWriter<byte>();
        AlertWriter.Write(written, new AlertEnricher(options, static (_, _) => { }).Enrich(alert!));
        return Encoding.UTF8.GetString(written.WrittenSpan);
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
