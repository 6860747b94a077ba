using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Hosting;
using Saker.Detector.Kubernetes;
using Saker.Detector.State;
using Saker.Detector.Telemetry;
using Saker.Detector.Tests.Captures;
using Saker.Detector.Tests.Outputs;
using Saker.Detector.Tests.Telemetry;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Detector.Tests.Kubernetes;

/// <summary>What becomes of the questions to the API server when configuration or rules are read again, and what is served of them.</summary>
public sealed partial class ReloadedPods : IAsyncLifetime
{
    private const string Container = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;
    private readonly KeptLog log = new(LogLevel.Information);
    private readonly MachineState state = new();
    private readonly Exchangeable<PodWatch> present = new();
    private FakeCluster cluster = null!;

    public async ValueTask InitializeAsync()
    {
        cluster = await ShopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await present.DisposeAsync();
        await cluster.DisposeAsync();
        state.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Other_rules_that_name_the_same_are_answered_by_the_watch_that_is_there()
    {
        await UseAsync(Plan("k8s.deployment.name = web"));
        var watch = present.Value;
        var pod = await KnownAsync();
        Assert.Equal("web", ClusterRig.Text(pod.Facts!.Deployment?.Name));
        await UseAsync(Plan("k8s.deployment.name = other and proc.name = a"));
        Assert.Same(watch, present.Value);
        Assert.Same(pod, Met());
        Assert.Single(Lists(cluster));
    }

    [Fact]
    public async Task What_rules_name_anew_is_asked_for_and_containers_keep_their_pods()
    {
        await UseAsync(Plan("k8s.deployment.name = web"));
        var watch = present.Value;
        Assert.Empty((await KnownAsync()).Facts!.Services);
        await UseAsync(Plan("k8s.svc.name = web"));
        Assert.NotSame(watch, present.Value);
        Assert.Equal(2, (await KnownAsync()).Facts!.Services.Count);
        Assert.Equal(2, Lists(cluster).Count());
        await When.IsAsync(() => cluster.Watching == 1, () => $"{cluster.Watching} watches");
    }

    [Fact]
    public async Task Another_server_is_asked_and_the_one_before_no_longer()
    {
        await using var other = await ShopAsync();
        other.Set(FakeCluster.Pod(ClusterRig.Uid, "web-elsewhere"));
        await UseAsync(Plan("k8s.deployment.name = web"));
        await KnownAsync();
        await UseAsync(Plan("k8s.deployment.name = web", of: other));
        Assert.Equal("web-elsewhere", ClusterRig.Text((await KnownAsync()).Facts!.Pod.Name));
        await When.IsAsync(() => (cluster.Watching, other.Watching) == (0, 1), () => $"{cluster.Watching} and {other.Watching} watches");
    }

    [Theory]
    [InlineData("k8s.deployment.name = web", false)]
    [InlineData("proc.name = web", true)]
    public async Task Where_it_is_switched_off_or_nothing_is_named_nobody_asks_any_longer_until_somebody_does(string condition, bool isEnabled)
    {
        await UseAsync(Plan("k8s.deployment.name = web"));
        await KnownAsync();
        await UseAsync(Plan(condition, isEnabled: isEnabled));
        Assert.Null(present.Value);
        Assert.Null(Met());
        await When.IsAsync(() => cluster.Watching == 0, () => $"{cluster.Watching} watches");
        await UseAsync(Plan("k8s.deployment.name = web"));
        await KnownAsync();
    }

    [Fact]
    public async Task What_is_asked_stands_on_the_page_that_is_served_and_every_name_is_documented()
    {
        var plan = Plan("k8s.deployment.name = web");
        await UseAsync(plan);
        await KnownAsync();
        using var replay = new Replay("live-procs");
        using var source = replay.Open(state);
        var machine = new OpenStream(plan.Calls.Name, source, state, new EventPipeline(state), null) { Pods = present.Value };
        using var run = new StreamRun(machine, plan, "here", [], TimeProvider.System, log);
        var parts = new DetectorParts { Monitor = run.Monitor, Outputs = [], Reloads = new ReloadRecord(TimeProvider.System), Runtimes = static () => [], Followed = static () => [], RulesOn = 1, RulesOff = 0 };
        await using var telemetry = await DetectorTelemetry.StartAsync(plan.Configuration, plan.RulePaths, "here", DateTimeOffset.UnixEpoch, parts, TimeProvider.System, log);
        await run.RunAsync(new DropActions(plan.Configuration.Options, "here", [], TimeProvider.System, log), static () => false, TestContext.Current.CancellationToken);

        using var client = new HttpClient();
        var metrics = MetricsText.Parse(await client.GetStringAsync(new Uri(Page().Match(log.Lines.Single(static line => line.StartsWith("Health:", StringComparison.Ordinal))).Value), TestContext.Current.CancellationToken));
        Assert.Equal((1, 1), (metrics["saker_detector_kubernetes_following"], metrics["saker_detector_kubernetes_pods"]));
        Assert.InRange(metrics["""saker_detector_kubernetes_requests_total{outcome="answered"}"""], 2, 10); // the list and the replica set
        Assert.Equal(0, metrics["""saker_detector_alerts_without_kubernetes_metadata_total{reason="no_server"}"""]);
        var page = await File.ReadAllTextAsync(Path.Combine(SharedData.ProjectRoot, "docs", "reference", "detector-metrics.md"), TestContext.Current.CancellationToken);
        Assert.All(metrics.Types.Keys.Where(static name => name.Contains("kubernetes", StringComparison.Ordinal)), name => Assert.Contains($"`{name}", page, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Lists(FakeCluster cluster) =>
        cluster.Requests.Where(static request => request.Contains("/pods?", StringComparison.Ordinal) && !request.Contains("watch=true", StringComparison.Ordinal));

    private static async Task<FakeCluster> ShopAsync()
    {
        var cluster = await FakeCluster.StartAsync();
        cluster.PutShop();
        cluster.Set(FakeCluster.Pod(ClusterRig.Uid));
        return cluster;
    }

    private DetectorPlan Plan(string condition, bool isEnabled = true, FakeCluster? of = null)
    {
        string file = Path.Combine(folder, "detector.yaml"), rules = Path.Combine(folder, "rules.yaml");
        of ??= cluster;
        File.WriteAllText(file, $$"""
            webserver: { listen_address: 127.0.0.1, listen_port: 0, prometheus_metrics_enabled: true }
            metrics: { enabled: true, output_rule: false }
            kubernetes_metadata:
              enabled: {{(isEnabled ? "true" : "false")}}
              node: {{FakeCluster.Node}}
              api_server: {{of.Access.Server}}
              token_file: {{of.TokenFile}}
              ca_file: {{of.AuthorityFile}}

            """);
        File.WriteAllText(rules, $"- {{rule: r, desc: d, condition: evt.type = execve and {condition}, output: o, priority: NOTICE}}\n");
        var configuration = DetectorConfiguration.Load(file, [], EnvironmentVariables.None);
        Assert.Empty(configuration.Faults.All);
        var plan = DetectorPlan.Of(configuration, [rules], log);
        Assert.True(plan is not null, string.Join('\n', log.Lines));
        return plan;
    }

    private ValueTask UseAsync(DetectorPlan plan) => PodWatch.UseForAsync(present, plan, state, TimeProvider.System, log);

    /// <summary>The pod of a container that is met; null when nobody asks for pods.</summary>
    private PodEntry? Met() => state.Containers.Of(Encoding.ASCII.GetBytes($"cpu=/kubepods/pod{ClusterRig.Uid}/{Container}\0")).Pod;

    private async Task<PodEntry> KnownAsync()
    {
        await When.IsAsync(
            () =>
            {
                present.Value!.TakeOver();
                return Met()!.Knowledge == PodKnowledge.Known;
            },
            () => $"{Met()!.Knowledge}: {string.Join(' ', log.Lines)}");
        return Met()!;
    }

    [GeneratedRegex("http://[0-9.:]+/metrics")]
    private static partial Regex Page();
}
