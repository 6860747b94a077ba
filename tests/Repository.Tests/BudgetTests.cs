using System.Text.Json;
using Saker.Router.Configuration;
using Saker.Testing;

namespace Saker.Repository.Tests;

public sealed class BudgetTests
{
    private static readonly string[] UpstreamRules = ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"];

    private static string Budgets => Path.Combine(SharedData.ProjectRoot, "bench", "budgets.json");

    [Fact]
    public Task The_detector_allocates_no_more_with_its_own_rules_than_its_budget() =>
        CheckAsync("Detector.Benchmarks", RecordedData.Path("falco", "captures"), [.. Directory.GetFiles(Path.Combine(SharedData.ProjectRoot, "config", "rules"), "*.yaml").Order(StringComparer.Ordinal)]);

    [Fact]
    public Task The_detector_allocates_no_more_with_Falcos_rules_than_its_budget() =>
        CheckAsync("Detector.Benchmarks", SharedData.Path("falco", "captures"), [.. UpstreamRules.Select(static file => SharedData.Path("falco", "rules", file))]);

    [Fact]
    public Task The_router_allocates_no_more_per_alert_than_its_budget() =>
        CheckAsync("Router.Benchmarks", RecordedData.Path("sidekick", "alerts", "k8s-pod.json"), []);

    [Fact]
    public void Every_output_has_a_budget()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Budgets));
        var allowed = document.RootElement.GetProperty("bytes_per_operation").GetProperty("router");
        Assert.All(OutputCatalogue.Default.All, output => Assert.True(allowed.TryGetProperty($"output.{output.Descriptor.Type}", out _), $"bench/budgets.json has no output.{output.Descriptor.Type}."));
    }

    private static async Task CheckAsync(string benchmarks, string data, string[] rules)
    {
        var program = Path.Combine(SharedData.ProjectRoot, "artifacts", "bin", benchmarks, "release", benchmarks);
        if (!File.Exists(program))
        {
            Assert.Skip($"The benchmarks are not built: dotnet build bench/{benchmarks} -c Release.");
        }

        await using var run = ProcessRunner.Start(program, ["--check-budgets", data, Budgets, .. rules]);
        var code = await run.WaitForExitAsync(TimeSpan.FromMinutes(2));
        Assert.True(code == 0, string.Join('\n', run.Lines));
    }
}
