using System.Globalization;
using System.Text;
using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>The configuration of the user's document, as it stands there; only the addresses are ours.</summary>
public sealed class SeedTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task It_runs_for_the_outputs_that_exist()
    {
        await using var sink = await LoopbackServer.StartAsync();
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        var variables = Variables(port, sink);
        variables["CONFIG_ONERROR"] = "ignore";
        await using var router = Start(folder, variables);
        await router.WaitForLineAsync("Alerts are taken at", Patience);
        using var probe = new RouterProbe(port);
        await probe.SendAsync("for nobody but the log", "Notice");
        await probe.SendAsync("for the chat");
        await probe.SendAsync("for both", "Critical");
        await RouterProbe.UntilAsync(() => Paths(sink).Count >= 3, () => string.Join('\n', router.Lines));
        Assert.Equal(["/chat", "/chat", "/hook"], Paths(sink).Order());
        var hook = sink.Requests.Single(static request => request.Path == "/hook");
        Assert.Equal("Bearer YOUR_TOKEN", hook.Headers["Authorization"]);
        Assert.Contains("for both", Encoding.UTF8.GetString(hook.Body.Span), StringComparison.Ordinal);

        // 'cluster:production,env:prod' of the document are constant labels.
        const string events = "falcosecurity_falcosidekick_falco_events_total{";
        Assert.Equal(3, await probe.MetricAsync(events));
        await probe.WaitForMetricAsync("falcosecurity_falcosidekick_outputs_total{destination=\"slack\",status=\"ok\"}", 2);
        await probe.WaitForMetricAsync("falcosecurity_falcosidekick_outputs_total{destination=\"webhook\",status=\"ok\"}", 1);
        Assert.DoesNotContain(router.Lines, static line => line.Contains("YOUR_TOKEN", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_that_word_it_does_not_start_and_names_every_output_that_is_missing()
    {
        var missing = (await ConfigAsync()).Where(static line => line.Contains("is not in this version", StringComparison.Ordinal)).ToList();
        Assert.SkipWhen(missing.Count == 0, "every output of the document exists");
        await using var sink = await LoopbackServer.StartAsync();
        using var folder = new TestFolder();
        await using var router = Start(folder, Variables(Programs.FreePort(), sink));
        Assert.Equal(1, await router.WaitForExitAsync(Patience));
        Assert.Equal(missing.Count, router.Lines.Count(static line => line.Contains("is not in this version", StringComparison.Ordinal)));
        Assert.Contains(router.Lines, static line => line.Contains("The router cannot start: ", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<string>> ConfigAsync()
    {
        await using var config = ProcessRunner.Start(Programs.Path("saker-router"), ["config", "-c", RecordedData.Path("seed", "falcosidekick.yaml")]);
        await config.WaitForExitAsync(Patience);
        return config.Lines;
    }

    private static List<string> Paths(LoopbackServer sink) => [.. sink.Requests.Select(static request => request.Path).Where(static path => path is "/chat" or "/hook")];

    private static ProcessRunner Start(TestFolder folder, Dictionary<string, string> variables) =>
        ProcessRunner.Start(Programs.Path("saker-router"), ["--config", RecordedData.Path("seed", "falcosidekick.yaml"), "--data-dir", folder.File("data")], variables);

    // Every address of the document leads to the sink, those of outputs that are yet to come too.
    private static Dictionary<string, string> Variables(int port, LoopbackServer sink) => new()
    {
        ["LISTENADDRESS"] = "127.0.0.1",
        ["LISTENPORT"] = port.ToString(CultureInfo.InvariantCulture),
        ["SLACK_WEBHOOKURL"] = $"{sink.Address}chat",
        ["WEBHOOK_ADDRESS"] = $"{sink.Address}hook",
        ["ELASTICSEARCH_HOSTPORT"] = $"{sink.Address}",
        ["LOKI_HOSTPORT"] = $"{sink.Address}",
    };
}
