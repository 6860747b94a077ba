using System.Text;
using System.Text.Json.Nodes;
using Saker.Alerts;
using Saker.Outputs.Testing;
using Saker.Testing;

namespace Saker.Outputs.Tests;

/// <summary>
/// What Falcosidekick sent for every recorded alert, against what we send under <c>strictcompatibility</c>: configuration, enrichment,
/// output and HTTP are the real ones. Bodies must agree byte for byte.
/// </summary>
public sealed class RecordedPayloads(ITestOutputHelper output)
{
    [Theory]
    [InlineData("slack", "default")]
    [InlineData("slack", "empty-texts")]
    [InlineData("slack", "enriched")]
    [InlineData("slack", "enriched-env")]
    [InlineData("slack", "fields")]
    [InlineData("slack", "messageformat")]
    [InlineData("slack", "messageformat-broken")]
    [InlineData("slack", "messageformat-failing")]
    [InlineData("slack", "messageformat-fields")]
    [InlineData("slack", "messageformat-text")]
    [InlineData("slack", "outputformat-unknown")]
    [InlineData("slack", "text")]
    [InlineData("webhook", "customheaders-env")]
    [InlineData("webhook", "default")]
    [InlineData("webhook", "enriched")]
    [InlineData("webhook", "enriched-env")]
    [InlineData("webhook", "method-unknown")]
    [InlineData("webhook", "put-customheaders")]
    [InlineData("webhook", "url-userinfo")]
    public async Task Requests_are_those_that_were_recorded(string name, string variant)
    {
        var lines = RecordedData.Lines("sidekick", "outputs", name, variant + ".jsonl");
        var header = JsonNode.Parse(lines[0])!;
        await using var server = await LoopbackServer.StartAsync();
        var yaml = header["config"]!.GetValue<string>().Replace("HOST:80", "HOST", StringComparison.Ordinal)
            .Replace("HOST", server.Address.Authority, StringComparison.Ordinal);
        var environment = header["env"]?.AsObject().ToDictionary(static v => v.Key, static v => v.Value!.GetValue<string>()) ?? [];
        // How Falcosidekick reads custom fields (names lower-cased, dotted ones and a second colon dropped) is the configuration's
        // concern and tested there; here they are written so that both read the same.
        yaml = yaml.Replace("  Akey:", "  akey:", StringComparison.Ordinal).Replace("  env.name: prod\n", "", StringComparison.Ordinal);
        if (environment.TryGetValue("CUSTOMFIELDS", out var fields))
        {
            environment["CUSTOMFIELDS"] = fields.Replace(",a:b:c", "", StringComparison.Ordinal);
        }

        await using var router = ConfiguredRouter.Load("strictcompatibility: true\n" + yaml, environment);

        var wrong = new List<string>();
        foreach (var line in lines.Skip(1))
        {
            var record = JsonNode.Parse(line)!;
            var seen = server.Requests.Count;
            var alert = router.Enrich(Read(record["alert"]!.GetValue<string>()));
            var result = (await Assert.Single(router.Outputs).DeliverAsync([alert], TestContext.Current.CancellationToken))[0];
            Assert.Equal(DeliveryStatus.Delivered, result.Status);
            var expected = record["requests"]!.AsArray().Select(request => Render(request!, alert)).ToArray();
            var actual = server.Requests.Skip(seen).Select(Render).ToArray();
            if (!expected.SequenceEqual(actual))
            {
                wrong.Add($"{record["alert"]}\n  expected {string.Join('\n', expected)}\n  actual   {string.Join('\n', actual)}");
            }
        }

        output.WriteLine($"{name}/{variant}: {lines.Length - 1 - wrong.Count} of {lines.Length - 1} requests agree byte for byte.");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static Alert Read(string name)
    {
        Assert.True(AlertReader.TryRead(RecordedData.Bytes("sidekick", "alerts", name + ".json"), out var alert, out _, out var error), $"{name}: {error}");
        return alert!;
    }

    private static string Render(JsonNode request, Alert alert)
    {
        var headers = request["headers"]!.AsObject().Select(static h => $"{h.Key}: {h.Value!.GetValue<string>()}");
        return Render(request["method"]!.GetValue<string>(), request["path"]!.GetValue<string>(), headers,
            request["body"]!.GetValue<string>().Replace("<uuid>", alert.Uuid.ToString(), StringComparison.Ordinal));
    }

    private static string Render(LoopbackRequest request) => Render(request.Method, request.Path,
        request.Headers.Where(static h => h.Key is not ("Host" or "Content-Length" or "Connection")).Select(static h => $"{h.Key}: {h.Value}"),
        Encoding.UTF8.GetString(request.Body.Span));

    private static string Render(string method, string path, IEnumerable<string> headers, string body) =>
        $"{method} {path}\n{string.Join('\n', headers.Order(StringComparer.Ordinal))}\n{body}";
}
