using Saker.Testing;

namespace Saker.Repository.Tests;

public sealed class BudgetTests
{
    [Theory]
    [InlineData("Detector.Benchmarks", "falco")]
    [InlineData("Router.Benchmarks", "sidekick/alerts/k8s-pod.json")]
    public async Task Nothing_allocates_more_per_operation_than_its_budget(string benchmarks, string data)
    {
        var program = Path.Combine(SharedData.ProjectRoot, "artifacts", "bin", benchmarks, "release", benchmarks);
        if (!File.Exists(program))
        {
            Assert.Skip($"The benchmarks are not built: dotnet build bench/{benchmarks} -c Release.");
        }

        var budgets = Path.Combine(SharedData.ProjectRoot, "bench", "budgets.json");
        await using var run = ProcessRunner.Start(program, ["--check-budgets", SharedData.Path(data), budgets]);
        var code = await run.WaitForExitAsync(TimeSpan.FromMinutes(2));
        Assert.True(code == 0, string.Join('\n', run.Lines));
    }
}
