using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Saker.Alerts;
using Saker.Testing;

namespace Saker.Outputs.Tests.Recorded;

/// <summary>
/// What Falcosidekick sent by HTTP for every recorded alert, against what we send under <c>strictcompatibility</c>: configuration,
/// enrichment, output and HTTP are the real ones. JSON must agree by value, everything else byte for byte.
/// </summary>
public sealed class RecordedRequests(ITestOutputHelper output)
{
    private const string Agent = "User-Agent";
    private const string OurAgent = "Falcosidekick";

    // Of the connection.
    private static readonly string[] NotCompared = ["Host", "Content-Length", "Connection", "Accept-Encoding", "Transfer-Encoding"];

    // What is below aws signs its requests, and says its own in form fields: Aws/RecordedSns compares it.
    public static TheoryData<string, string> Variants =>
        [.. RecordedVariant.All(OutputTransport.Http).Where(static variant => !variant.Output.StartsWith("aws.", StringComparison.Ordinal)).Select(static variant => (variant.Output, variant.Variant))];

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Requests_are_those_that_were_recorded(string type, string variant)
    {
        var recorded = RecordedVariant.Load(type, variant);
        using var certificates = new TestCertificates();
        await using var hosts = new RecordedHosts(recorded, certificates);
        await hosts.StartAsync();
        var yaml = recorded.Yaml(hosts.AddressOf);
        await using var router = ConfiguredRouter.Load($"strictcompatibility: true\ntlsclient: {{cacertfile: '{certificates.Folder}/ca.crt'}}\n{yaml}", recorded.Environment, hosts.Route);

        var wrong = new List<string>();
        var (compared, leftOut) = (0, 0);
        foreach (var one in recorded.Cases)
        {
            if (KnownDifferences.IsLeftOut(type, variant, one.Name))
            {
                leftOut++;
                continue;
            }

            compared++;
            List<Alert> alerts = one.IsStart ? [] : [.. one.Alerts().Select(router.Enrich)];
            hosts.Forget();
            var now = TimeProvider.System.GetUtcNow();
            await DeliverAsync(Assert.Single(router.Outputs), alerts);
            var next = 0;
            var expected = new List<Sent>();
            foreach (var request in one.Requests)
            {
                expected.Add(Render(request, alerts, ref next, now));
                next = alerts.Count > 1 ? next : 0;
            }

            var isSdk = one.Requests.All(static request => AgentOf(request) != OurAgent);
            var actual = hosts.Requests.Select(request => Render(request.Host, request.Request, isSdk)).ToList();
            KnownDifferences.Adjust(type, variant, expected);
            if (expected.Count != actual.Count || !expected.Zip(actual).All(static pair => IsEqual(pair.First, pair.Second)))
            {
                wrong.Add($"{one.Name}\n  expected {string.Join("\n           ", expected)}\n  actual   {string.Join("\n           ", actual)}");
            }
        }

        RecordedTally.Note(output, type, variant, compared - wrong.Count, compared, leftOut);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static async Task DeliverAsync(IOutput output, List<Alert> alerts)
    {
        var token = TestContext.Current.CancellationToken;
        if (alerts.Count == 0)
        {
            await output.PrepareAsync(token);
            return;
        }

        var result = await output.DeliverAsync(alerts, token);
        for (var i = 0; i < alerts.Count; i++)
        {
            Assert.True(result[i].Status is DeliveryStatus.Delivered or DeliveryStatus.Skipped, $"{alerts[i].Rule}: {result[i].Status} {result[i].Reason}");
        }
    }

    private static string? AgentOf(JsonNode request) => request["headers"]![Agent]?.GetValue<string>();

    private static Sent Render(JsonNode request, IReadOnlyList<Alert> alerts, ref int next, DateTimeOffset now)
    {
        var headers = request["headers"]!.AsObject()
            .Where(static h => h.Key != Agent || h.Value!.GetValue<string>() == OurAgent)
            .Select(static h => $"{h.Key.ToLowerInvariant()}: {h.Value!.GetValue<string>()}");
        var body = request["body_base64"] is { } packed ? Encoding.Latin1.GetString(Convert.FromBase64String(packed.GetValue<string>())) : request["body"]?.GetValue<string>() ?? "";
        return new Sent(
            request["to"]?.GetValue<string>() ?? "", request["method"]!.GetValue<string>(), RecordedCase.Expand(request["path"]!.GetValue<string>(), alerts, ref next, now),
            string.Join('\n', headers.Order(StringComparer.Ordinal)), RecordedCase.Expand(body, alerts, ref next, now));
    }

    // Where a vendor's library made the recorded requests, it named itself.
    private static Sent Render(string host, LoopbackRequest request, bool isSdk)
    {
        var headers = request.Headers
            .Where(h => !NotCompared.Contains(h.Key) && (h.Key != Agent || !isSdk))
            .Select(static h => $"{h.Key.ToLowerInvariant()}: {h.Value}");
        var body = request.Body.ToArray();
        if (request.Headers.GetValueOrDefault("Content-Encoding") == "gzip")
        {
            using var unpacked = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
            using var whole = new MemoryStream();
            unpacked.CopyTo(whole);
            body = whole.ToArray();
        }

        return new Sent(host, request.Method, request.Path, string.Join('\n', headers.Order(StringComparer.Ordinal)), Encoding.UTF8.GetString(body));
    }

    private static bool IsEqual(Sent expected, Sent actual) =>
        (expected.To.Length == 0 || expected.To == actual.To) && expected.Method == actual.Method && expected.Path == actual.Path
        && expected.Headers == actual.Headers && IsSameBody(expected.Body, actual.Body);

    // By value where it is JSON, one value or one a line.
    private static bool IsSameBody(string expected, string actual)
    {
        if (expected == actual)
        {
            return true;
        }

        var (left, right) = (expected.TrimEnd('\n').Split('\n'), actual.TrimEnd('\n').Split('\n'));
        return left.Length == right.Length && left.Zip(right).All(static pair => IsSameJson(pair.First, pair.Second));
    }

    private static bool IsSameJson(string expected, string actual)
    {
        try
        {
            using var left = JsonDocument.Parse(expected);
            using var right = JsonDocument.Parse(actual);
            return JsonElement.DeepEquals(left.RootElement, right.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>A request as it is compared.</summary>
internal sealed record Sent(string To, string Method, string Path, string Headers, string Body)
{
    public override string ToString() => $"{Method} {To}{Path}\n{Headers}\n{Body}";
}
