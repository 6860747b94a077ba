namespace Saker.EndToEnd.Tests;

/// <summary>A real Prometheus reads the router's metrics, and has the alerts under the labels that dashboards for Falcosidekick ask for.</summary>
public sealed class PrometheusTests
{
    private const string Events = "falcosecurity_falcosidekick_falco_events_total";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Alerts_are_counted_by_rule_and_priority()
    {
        await ExpectAsync("", new(StringComparer.Ordinal)
        {
            ["hostname=h1,priority=1,priority_raw=debug,rule=read,source=syscall"] = 1,
            ["hostname=h1,priority=4,priority_raw=warning,rule=read,source=syscall"] = 2,
            ["hostname=h1,priority=4,priority_raw=warning,rule=shell,source=syscall"] = 3,
            ["hostname=h1,priority=8,priority_raw=emergency,rule=shell,source=syscall"] = 1,
        });
    }

    [Fact]
    public async Task Extra_labels_are_labels_there()
    {
        // A field of the alert, one that it does not have, and a constant. Prometheus has no label without a value.
        await ExpectAsync("prometheus: {extralabels: {cluster: '', proc.name: '', site: lab}}\n", new(StringComparer.Ordinal)
        {
            ["cluster=c1,hostname=h1,priority=1,priority_raw=debug,rule=read,site=lab,source=syscall"] = 1,
            ["cluster=c1,hostname=h1,priority=4,priority_raw=warning,rule=read,site=lab,source=syscall"] = 2,
            ["cluster=c1,hostname=h1,priority=4,priority_raw=warning,rule=shell,site=lab,source=syscall"] = 3,
            ["cluster=c1,hostname=h1,priority=8,priority_raw=emergency,rule=shell,site=lab,source=syscall"] = 1,
        });
    }

    private static async Task ExpectAsync(string configuration, SortedDictionary<string, double> expected)
    {
        PrometheusServer.Require();
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        folder.Write("router.yaml", $"listenaddress: 127.0.0.1\nlistenport: {port}\n{configuration}");
        await using var router = await Programs.StartRouterAsync(folder, port);
        await using var prometheus = await PrometheusServer.StartAsync(folder, port);
        using var probe = new RouterProbe(port);
        foreach (var (rule, priority, count) in new[] { ("shell", "Warning", 3), ("shell", "Emergency", 1), ("read", "Warning", 2), ("read", "Debug", 1) })
        {
            for (var i = 0; i < count; i++)
            {
                await probe.SendAsync("opened", priority, rule);
            }
        }

        SortedDictionary<string, double> series = [];
        await Wait.UntilAsync(
            async () => (series = await prometheus.QueryAsync(Events)).SequenceEqual(expected), Patience, () => $"what was sent; there is {string.Join("; ", series)}");
        Assert.Equal(["priority_raw=debug", "priority_raw=emergency", "priority_raw=warning"], (await prometheus.QueryAsync($"sum by (priority_raw) ({Events})")).Keys);
        Assert.Equal(new("", 1), Assert.Single(await prometheus.QueryAsync("up")));
    }
}
