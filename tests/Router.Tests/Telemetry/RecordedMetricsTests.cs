using System.Net;
using System.Text;
using System.Text.Json;
using Saker.Router.Configuration;
using Saker.Router.Options;
using Saker.Router.Tests.Configuration;
using Saker.Router.Tests.Ingest;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Router.Tests.Telemetry;

/// <summary>Falcosidekick's counters after recorded requests, with its names and labels. Deliveries are counted in the tests of whole routers.</summary>
public sealed class RecordedMetricsTests(ITestOutputHelper output)
{
    /// <summary>Other lines of docs/falcosidekick-differences.md that the recorded sequences need.</summary>
    public static readonly string[] Differences = ["bad-label", "k8s-names", "refused-alerts", "time-offset"];

    /// <summary>Sequences with other labels, and the lines of docs/falcosidekick-differences.md that say why.</summary>
    public static readonly Dictionary<string, string> Different = new()
    {
        ["templatedfields"] = "bad-template",
        ["prometheus.extralabels"] = "number-labels",
        ["bracketreplacer"] = "bracket-labels",
    };

    private const string Events = "falcosecurity_falcosidekick_falco_events_total";
    private const string Inputs = "falcosecurity_falcosidekick_inputs_total";

    [Fact]
    public async Task Accepted_alerts_are_counted_as_recorded()
    {
        var (compared, differing) = (0, 0);
        foreach (var recorded in RecordedSettings.Lines("metrics.jsonl").Where(static line => line.TryGetProperty("config", out _)))
        {
            var name = recorded.GetProperty("name").GetString()!;
            if (!recorded.TryGetProperty("families", out var families) || name == "prometheus.extralabels with a bad name")
            {
                Assert.True(Configuration(recorded).IsRefused, $"{name} starts"); // bad-label
                differing++;
                continue;
            }

            if (families.GetString()!.Trim().Length == 0)
            {
                continue; // nothing had come yet
            }

            await using var fixture = await IngestFixture.StartAsync(Options(recorded));
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{fixture.Port}") };
            var dropped = 0;
            foreach (var request in recorded.GetProperty("requests").EnumerateArray())
            {
                dropped += request.GetProperty("status").ValueKind == JsonValueKind.Null ? 1 : 0;
                await SendAsync(client, request);
            }

            var expected = MetricsText.Parse(recorded.GetProperty("families").GetString()!);
            var got = MetricsText.Parse(await fixture.ScrapeAsync());
            if (name == "time that cannot be encoded")
            {
                Assert.Equal(1, got.Of(Inputs)["source=\"requests\",status=\"rejected\""]); // time-offset: answered with 400
                differing++;
                continue;
            }

            var (accepted, events) = (Accepted(expected, WithoutFields(recorded)), Without(got.Of(Events), """k8s_ns_name="7","""));
            if (Different.ContainsKey(name))
            {
                Assert.NotEqual(accepted, events);
                differing++;
                continue;
            }

            compared++;
            Assert.Equal(accepted, events);
            Assert.Equal(expected.Of(Inputs)["source=\"requests\",status=\"accepted\""] + dropped, got.Of(Inputs)["source=\"requests\",status=\"accepted\""]);
            Assert.Equal(expected.Of(Inputs).GetValueOrDefault("source=\"requests\",status=\"rejected\""), got.Of(Inputs)["source=\"requests\",status=\"rejected\""]);
        }

        RecordedCases.Note(output, "metrics", compared, compared, differing);
        Assert.True(compared >= 19);
    }

    private static RouterOptions Options(JsonElement recorded) => Configuration(recorded).Router;

    private static RouterConfiguration Configuration(JsonElement recorded)
    {
        var variables = recorded.TryGetProperty("env", out var env) ? env.EnumerateObject().ToDictionary(static pair => pair.Name, static pair => pair.Value.GetString()!) : [];
        var file = Path.GetTempFileName();
        File.WriteAllText(file, recorded.GetProperty("config").GetString());
        var configuration = RouterConfigurationLoader.Load(file, new EnvironmentVariables(variables), RecordedSettings.Catalogue);
        File.Delete(file);
        return configuration;
    }

    private static async Task SendAsync(HttpClient client, JsonElement request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.GetProperty("method").GetString()!), request.GetProperty("path").GetString());
        if (request.TryGetProperty("body", out var body))
        {
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.GetString()!));
        }

        using var answer = await client.SendAsync(message, TestContext.Current.CancellationToken);
        Assert.NotEqual(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    // Falcosidekick counts refused alerts here as well (docs/falcosidekick-differences.md): those of these recordings have no priority, no rule, or no fields.
    private static SortedDictionary<string, double> Accepted(MetricsText recorded, int withoutFields)
    {
        var accepted = Without(recorded.Of(Events), """rule="",""", """priority="0",""");
        if (withoutFields > 0)
        {
            accepted[accepted.Keys.Single(static labels => labels.Contains("""hostname="h1",k8s_ns_name="",k8s_pod_name="",priority="4",priority_raw="warning",rule="R1",source="syscall""", StringComparison.Ordinal))] -= withoutFields;
        }

        return accepted;
    }

    private static int WithoutFields(JsonElement recorded) => recorded.GetProperty("requests").EnumerateArray().Count(static request =>
        request.GetProperty("status").GetRawText() == "400" && request.TryGetProperty("body", out var body) && body.GetString()!.Contains("\"output_fields\": {}", StringComparison.Ordinal));

    private static SortedDictionary<string, double> Without(Dictionary<string, double> samples, params string[] labels) =>
        new(samples.Where(sample => !labels.Any(label => sample.Key.Contains(label, StringComparison.Ordinal))).ToDictionary(), StringComparer.Ordinal);
}
