using System.Globalization;

namespace Saker.EndToEnd.Tests;

/// <summary>Four destinations are sick, each in its way; two are well and must not notice.</summary>
[Collection(Heavy.Name)]
public sealed class OutageTests
{
    private const int Senders = 4;
    private const int PerSender = 750;
    private const int Alerts = Senders * PerSender;
    private const long MaxResidentBytes = 400L << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly string[] Sick = ["hanging", "refusing", "resetting", "throttling"];

    [Fact]
    public async Task Sick_outputs_touch_no_other_and_drain_in_order_when_they_recover()
    {
        var alone = await MeasureAloneAsync();

        await using var webhook = Destination.Start();
        await using var slack = Destination.Start();
        await using var hanging = Destination.Start(Mood.Hanging);
        await using var refusing = Destination.Refusing();
        await using var resetting = Destination.Start(Mood.Resetting);
        await using var throttling = Destination.Start(Mood.Throttling);
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        folder.Write("router.yaml", Healthy(port, webhook, slack) + $"""

              hanging: {Webhook(hanging)}
              refusing: {Webhook(refusing, concurrency: 4)}
              resetting: {Webhook(resetting)}
              throttling: {Webhook(throttling)}
            """);
        await using var router = await Programs.StartRouterAsync(folder, port);
        await using var load = Load.Start(port, Senders, PerSender);
        await load.WhenSentAsync();
        Assert.Equal(Alerts, load.Acknowledged.Count);
        await Wait.UntilAsync(() => webhook.Count == Alerts && slack.Count == Alerts, Patience, () => $"all at the healthy ones: {webhook.Count} and {slack.Count}");

        // The sick are still sick, and everybody says so.
        Assert.Equal(0, hanging.Count + refusing.Count + resetting.Count + throttling.Count);
        var health = await HealthAsync(port, static outputs => Sick.All(name => !outputs[name].Healthy), "the sick known as sick");
        Assert.True(health["hook"].Healthy && health["slack"].Healthy);
        Assert.Contains("429", health["throttling"].LastError, StringComparison.Ordinal);
        Assert.Contains("refused", health["refusing"].LastError, StringComparison.OrdinalIgnoreCase);
        Assert.All(Sick, name => Assert.InRange(health[name].Depth, Alerts - 5, Alerts));
        var metrics = await Ask.TextAsync(port, "/metrics");
        Assert.All(Sick, name => Assert.Contains($"saker_router_output_healthy{{output=\"{name}\"}} 0", metrics, StringComparison.Ordinal));
        Assert.Contains($"saker_router_delivery_alerts_total{{output=\"hook\",outcome=\"delivered\"}} {Alerts}", metrics, StringComparison.Ordinal);
        var (code, status) = await Programs.AskRouterAsync(folder, "status");
        Assert.Equal(2, code);
        Assert.All(Sick, name => Assert.Contains(status, line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains("failing", StringComparison.Ordinal)));
        Assert.InRange(ResidentBytes(router.Id), 1 << 20, MaxResidentBytes);

        // One request at a time keeps the order of the log, and the log keeps that of each sender.
        Assert.Equal(webhook.Order, slack.Order);
        for (var sender = 0; sender < Senders; sender++)
        {
            Assert.Equal(Enumerable.Range(0, PerSender), webhook.Order.Select(Load.Parts).Where(parts => parts.Sender == sender).Select(static parts => parts.Number));
        }

        Report(alone, [("webhook", P99(load, webhook)), ("slack", P99(load, slack))], router.Id);

        refusing.Listen();
        foreach (var destination in new[] { hanging, resetting, throttling })
        {
            destination.Mood = Mood.Healthy;
        }

        await Wait.UntilAsync(
            () => new[] { hanging, refusing, resetting, throttling }.All(static destination => destination.Count == Alerts), Patience,
            () => $"all drained: {hanging.Count}, {refusing.Count}, {resetting.Count}, {throttling.Count}");
        Assert.All([hanging, resetting, throttling], destination => Assert.Equal(webhook.Order, destination.Order));
        Assert.Equal(webhook.Order.Order(), refusing.Order.Order());
        var asked = throttling.Refusals;
        Assert.All(asked.Zip(asked.Skip(1)), static pair => Assert.True(TimeProvider.System.GetElapsedTime(pair.First, pair.Second) > Destination.RetryAfter * 0.95));
        await HealthAsync(port, static outputs => outputs.Values.All(static output => output is { Healthy: true, Depth: 0 }), "all well again");
        Assert.Equal(0, (await Programs.AskRouterAsync(folder, "status")).Code);

        router.Signal("TERM");
        Assert.Equal(0, await router.WaitForExitAsync(Patience));
        foreach (var name in Sick)
        {
            Assert.Single(router.Lines, line => line.Contains("[3100]", StringComparison.Ordinal) && line.Contains($" {name} ", StringComparison.Ordinal));
            Assert.Single(router.Lines, line => line.Contains("[3102]", StringComparison.Ordinal) && line.Contains($" {name} ", StringComparison.Ordinal));
        }

        Assert.InRange(router.Lines.Count, 1, 40);
        Assert.Contains("[3112]", router.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_backlog_refuses_senders_where_that_was_chosen_and_takes_them_again()
    {
        await using var destination = Destination.Refusing();
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        folder.Write("router.yaml", $$"""
            listenaddress: 127.0.0.1
            listenport: {{port}}
            delivery: { backlog: 1MiB, whenfull: refuse }
            outputs:
              down: {{Webhook(destination)}}
            """);
        await using var router = await Programs.StartRouterAsync(folder, port);
        await using var load = Load.Start(port, 1, padding: 20_000, pause: TimeSpan.FromMilliseconds(5));
        await Wait.UntilAsync(() => load.Refused > 0, Patience, static () => "refused senders");
        Assert.Contains("down", await Ask.TextAsync(port, "/healthz"), StringComparison.Ordinal);
        Assert.Contains("saker_router_refused_total{reason=\"backlog full\"}", await Ask.TextAsync(port, "/metrics"), StringComparison.Ordinal);

        destination.Listen();
        await Wait.UntilAsync(() => destination.Count > 0, Patience, static () => "deliveries");
        var before = load.Acknowledged.Count;
        await Wait.UntilAsync(() => load.Acknowledged.Count > before, Patience, static () => "alerts taken again");
        await load.StopAsync();
        await Wait.UntilAsync(() => load.Acknowledged.Keys.All(destination.Has), Patience, static () => "all acknowledged ones delivered");
        Assert.Equal(0, load.RefusedWithoutTime);
        Assert.Contains(router.Lines, static line => line.Contains("[3116]", StringComparison.Ordinal));
        Assert.Contains(router.Lines, static line => line.Contains("[3117]", StringComparison.Ordinal));
    }

    /// <summary>The same load with the healthy outputs alone.</summary>
    private static async Task<TimeSpan> MeasureAloneAsync()
    {
        await using var webhook = Destination.Start();
        await using var slack = Destination.Start();
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        folder.Write("router.yaml", Healthy(port, webhook, slack));
        await using var router = await Programs.StartRouterAsync(folder, port);
        await using var load = Load.Start(port, Senders, PerSender);
        await load.WhenSentAsync();
        await Wait.UntilAsync(() => webhook.Count == Alerts && slack.Count == Alerts, Patience, static () => "all delivered");
        return P99(load, webhook);
    }

    private static string Healthy(int port, Destination webhook, Destination slack) => $$"""
        listenaddress: 127.0.0.1
        listenport: {{port}}
        delivery: { attempttimeout: 3s }
        outputs:
          hook: {{Webhook(webhook)}}
          slack: { type: slack, webhookurl: "{{slack.Address}}services/T000/B000/XXX" }
        """;

    private static string Webhook(Destination destination, int concurrency = 1) =>
        $$"""{ type: webhook, address: "{{destination.Address}}", maxconcurrentrequests: {{concurrency}} }""";

    private static async Task<Dictionary<string, Ask.Output>> HealthAsync(int port, Func<Dictionary<string, Ask.Output>, bool> wanted, string what)
    {
        Dictionary<string, Ask.Output> outputs = [];
        await Wait.UntilAsync(async () => wanted(outputs = await Ask.OutputsAsync(port)), Patience, () => $"{what}: {string.Join(", ", outputs.Values)}");
        return outputs;
    }

    private static TimeSpan P99(Load load, Destination destination)
    {
        var times = destination.Arrivals.DistinctBy(static arrival => arrival.Alert)
            .Select(arrival => TimeProvider.System.GetElapsedTime(load.Acknowledged[arrival.Alert], arrival.Timestamp)).Order().ToList();
        return times[times.Count * 99 / 100];
    }

    private static void Report(TimeSpan alone, (string Name, TimeSpan P99)[] measured, int pid)
    {
        var figures = measured.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Name} {one.P99.TotalMilliseconds:0.0} ms ({one.P99 / alone:0.00} times)"));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"p99 with four sick outputs: {string.Join(", ", figures)}; alone {alone.TotalMilliseconds:0.0} ms. Resident: {ResidentBytes(pid) >> 20} MiB."));
    }

    private static long ResidentBytes(int pid) =>
        long.Parse(File.ReadLines($"/proc/{pid}/status").First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal))[6..^2].Trim(), CultureInfo.InvariantCulture) << 10;
}
