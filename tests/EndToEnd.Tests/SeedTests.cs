using System.Globalization;
using System.Text;
using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>The configuration of the user's document, as it stands there; only the addresses are ours.</summary>
public sealed class SeedTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly string[] Messages = ["for nobody but the log", "for the chat", "for both"];

    [Fact]
    public async Task It_starts_as_written_and_every_output_gets_its_alerts()
    {
        await using var sink = await LoopbackServer.StartAsync();
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        var variables = Variables(port, sink);
        await using var router = Start(folder, variables);
        await router.WaitForLineAsync("Alerts are taken at", Patience);
        using var probe = new RouterProbe(port);
        await probe.SendAsync("for nobody but the log", "Notice");
        await probe.SendAsync("for the chat");
        await probe.SendAsync("for both", "Critical");
        string[] expected =
        [
            "/chat for both", "/chat for the chat", "/falco for both", "/falco for nobody but the log", "/falco for the chat", "/hook for both",
            "/loki for both", "/loki for nobody but the log", "/loki for the chat",
        ];
        await RouterProbe.UntilAsync(() => Arrived(sink).Count >= expected.Length, () => string.Join('\n', router.Lines));
        Assert.Equal(expected, Arrived(sink));
        var hook = sink.Requests.Single(static request => request.Path == "/hook");
        Assert.Equal("Bearer YOUR_TOKEN", hook.Headers["Authorization"]);
        Assert.Contains("for both", Encoding.UTF8.GetString(hook.Body.Span), StringComparison.Ordinal);

        // 'cluster:production,env:prod' of the document are constant labels.
        const string events = "falcosecurity_falcosidekick_falco_events_total{";
        Assert.Equal(3, await probe.MetricAsync(events));
        await probe.WaitForMetricAsync("falcosecurity_falcosidekick_outputs_total{destination=\"slack\",status=\"ok\"}", 2);
        await probe.WaitForMetricAsync("falcosecurity_falcosidekick_outputs_total{destination=\"webhook\",status=\"ok\"}", 1);
        await probe.WaitForMetricAsync("falcosecurity_falcosidekick_outputs_total{destination=\"pagerduty\",status=\"error\"}", 1);
        Assert.DoesNotContain(router.Lines, static line => line.Contains("YOUR_TOKEN", StringComparison.Ordinal));
    }

    // What came where: paths without the day of an index, and the messages in their bodies.
    private static List<string> Arrived(LoopbackServer sink) =>
    [
        .. sink.Requests.SelectMany(static request => Messages.Where(message => Encoding.UTF8.GetString(request.Body.Span).Contains(message, StringComparison.Ordinal))
                .Select(message => $"/{request.Path.Split('/', '-')[1]} {message}"))
            .Order(StringComparer.Ordinal),
    ];

    private static ProcessRunner Start(TestFolder folder, Dictionary<string, string> variables) =>
        ProcessRunner.Start(Programs.Path("saker-router"), ["--config", RecordedData.Path("seed", "falcosidekick.yaml"), "--data-dir", folder.File("data")], variables);

    // Every address of the document leads to the sink; the pager's is fixed, and not reached from here.
    private static Dictionary<string, string> Variables(int port, LoopbackServer sink) => new()
    {
        ["LISTENADDRESS"] = "127.0.0.1",
        ["LISTENPORT"] = port.ToString(CultureInfo.InvariantCulture),
        ["SLACK_WEBHOOKURL"] = $"{sink.Address}chat",
        ["WEBHOOK_ADDRESS"] = $"{sink.Address}hook",
        ["ELASTICSEARCH_HOSTPORT"] = $"{sink.Address}",
        ["LOKI_HOSTPORT"] = $"{sink.Address}",
        ["PAGERDUTY_PROXY"] = $"http://127.0.0.1:{LoopbackServer.ClosedPort()}",
    };
}
