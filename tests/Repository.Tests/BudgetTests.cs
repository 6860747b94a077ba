using Saker.Testing;

namespace Saker.Repository.Tests;

public sealed class BudgetTests
{
    private static readonly string[] UpstreamRules = ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"];

    [Fact]
    public Task The_detector_allocates_no_more_with_its_own_rules_than_its_budget() =>
        CheckAsync("Detector.Benchmarks", RecordedData.Path("falco", "captures"), [.. Directory.GetFiles(Path.Combine(SharedData.ProjectRoot, "config", "rules"), "*.yaml").Order(StringComparer.Ordinal)]);

    [Fact]
    public Task The_detector_allocates_no_more_with_Falcos_rules_than_its_budget() =>
        CheckAsync("Detector.Benchmarks", SharedData.Path("falco", "captures"), [.. UpstreamRules.Select(static file => SharedData.Path("falco", "rules", file))]);

    [Fact]
    public Task The_router_allocates_no_more_per_alert_than_its_budget() =>
        CheckAsync("Router.Benchmarks", RecordedData.Path("sidekick", "alerts", "k8s-pod.json"), []);

    private static async Task CheckAsync(string benchmarks, string data, string[] rules)
    {
        var program = Path.Combine(SharedData.ProjectRoot, "artifacts", "bin", benchmarks, "release", benchmarks);
        if (!File.Exists(program))
        {
            Assert.Skip($"The benchmarks are not built: dotnet build bench/{benchmarks} -c Release.");
        }

        var budgets = Path.Combine(SharedData.ProjectRoot, "bench", "budgets.json");
        await using var run = ProcessRunner.Start(program, ["--check-budgets", data, budgets, .. rules]);
        var code = await run.WaitForExitAsync(TimeSpan.FromMinutes(2));
        Assert.True(code == 0, string.Join('\n', run.Lines));
    }
}
