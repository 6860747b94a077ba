using System.Globalization;
using System.Text.RegularExpressions;

namespace Saker.EndToEnd.Tests;

/// <summary>Kills and stops the router under load: what was acknowledged must arrive, at least once.</summary>
[Collection(Heavy.Name)]
public sealed partial class KillTests
{
    private const int Kills = 100;
    private const int LeastKills = 20;
    private const int LeastAlerts = 500;
    private const int Senders = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // A machine that is busy with other things needs seconds for a start; there fewer kills must do.
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Every_acknowledged_alert_is_delivered_at_least_once_across_kills()
    {
        await using var ordered = Destination.Start();
        await using var parallel = Destination.Start();
        await using var slack = Destination.Start();
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        folder.Write("router.yaml", $$"""
            listenaddress: 127.0.0.1
            listenport: {{port}}
            outputs:
              ordered: { type: webhook, address: "{{ordered.Address}}" }
              parallel: { type: webhook, address: "{{parallel.Address}}", maxconcurrentrequests: 8 }
              slack: { type: slack, webhookurl: "{{slack.Address}}services/T000/B000/XXX", maxconcurrentrequests: 2 }
              store: { type: file, path: "{{folder.File("alerts.jsonl")}}" }
            """);
        var random = new Random(20261124);
        await using var router = await RestartedRouter.StartAsync(folder, port);
        await using var load = Load.Start(port, Senders, pause: TimeSpan.FromMilliseconds(2));
        var start = TimeProvider.System.GetTimestamp();
        var kills = 0;
        for (; kills < Kills && (kills < LeastKills || TimeProvider.System.GetElapsedTime(start) < KillTime); kills++)
        {
            await Task.Delay(random.Next(20, 150), TestContext.Current.CancellationToken);
            await router.EndAsync("KILL");
            await router.StartAgainAsync();
        }

        await Wait.UntilAsync(() => load.Acknowledged.Count >= LeastAlerts, Patience, () => $"enough alerts: {load.Acknowledged.Count}");
        await load.StopAsync();
        Destination[] destinations = [ordered, parallel, slack];
        await Wait.UntilAsync(
            () => load.Acknowledged.Keys.All(alert => destinations.All(destination => destination.Has(alert))), Patience,
            () => $"{load.Acknowledged.Count} acknowledged, delivered: {string.Join(", ", destinations.Select(static destination => destination.Count))}");
        await Wait.UntilAsync(async () => (await Ask.OutputsAsync(port)).Values.All(static output => output.Depth == 0), Patience, static () => "nothing left");

        // A stop that was asked for repeats nothing.
        int[] arrived = [.. destinations.Select(static destination => destination.Arrivals.Count)];
        Assert.Equal(0, await router.EndAsync("TERM"));
        await router.StartAgainAsync();
        Assert.Equal(0, await router.EndAsync("TERM"));
        Assert.Equal(arrived, destinations.Select(static destination => destination.Arrivals.Count));

        var stored = (await File.ReadAllLinesAsync(folder.File("alerts.jsonl"), TestContext.Current.CancellationToken)).Select(Load.NameIn).OfType<string>().ToList();
        Assert.Subset(stored.ToHashSet(), load.Acknowledged.Keys.ToHashSet());
        var repeated = destinations.Select(static destination => destination.Arrivals.Count - destination.Count).Append(stored.Count - stored.Distinct().Count());
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{kills} kills in {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0} s: {load.Acknowledged.Count} acknowledged; delivered more than once by ordered, parallel, slack, store: {string.Join(", ", repeated)}.");
    }

    [Fact]
    public async Task A_stop_under_load_counts_what_is_left_and_loses_nothing()
    {
        await using var slow = Destination.Start(delay: TimeSpan.FromMilliseconds(50));
        await using var quick = Destination.Start();
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        var config = $$"""
            listenaddress: 127.0.0.1
            listenport: {{port}}
            delivery: { draintimeout: 1s }
            outputs:
              slow: { type: webhook, address: "{{slow.Address}}" }
              quick: { type: webhook, address: "{{quick.Address}}" }
            """;
        folder.Write("router.yaml", config);
        await using (var router = await Programs.StartRouterAsync(folder, port))
        {
            await using var load = Load.Start(port, Senders, pause: TimeSpan.FromMilliseconds(5));
            await Wait.UntilAsync(() => load.Acknowledged.Count > 200, Patience, static () => "some alerts");
            router.Signal("TERM");
            Assert.Equal(0, await router.WaitForExitAsync(Patience));
            await load.StopAsync();

            // The last line counts what is left; stored but not acknowledged is what a sender did not wait for.
            var last = router.Lines[^1];
            Assert.Contains("[3113]", last, StringComparison.Ordinal);
            var left = int.Parse(Left().Match(last).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            var missing = load.Acknowledged.Keys.Count(alert => !slow.Has(alert));
            Assert.InRange(left, missing, missing + Senders + 1);
            Assert.InRange(missing, 1, int.MaxValue);

            slow.Delay = TimeSpan.Zero; // it has served its turn

            // An output that is new gets what the log still has, where that was chosen.
            await using var late = Destination.Start();
            folder.Write("router.yaml", $$"""
            {{config}}
              late: { type: webhook, address: "{{late.Address}}", startfrom: beginning }
            """);
            await using var again = await Programs.StartRouterAsync(folder, port);
            await Wait.UntilAsync(
                () => load.Acknowledged.Keys.All(alert => slow.Has(alert) && quick.Has(alert) && late.Has(alert)), Patience, () => $"the rest of {missing} delivered, and {late.Count} to the late one");
        }
    }

    [GeneratedRegex(@"slow up to (\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex Left();
}
