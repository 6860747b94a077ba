using Saker.Testing;

namespace Saker.Repository.Tests;

public sealed class BudgetTests
{
    [Fact]
    public async Task Nothing_allocates_more_per_operation_than_its_budget()
    {
        string program = Path.Combine(SharedData.ProjectRoot, "artifacts", "bin", "Detector.Benchmarks", "release", "Detector.Benchmarks");
        if (!File.Exists(program))
            Assert.Skip("The benchmarks are not built: dotnet build bench/Detector.Benchmarks -c Release.");
        string budgets = Path.Combine(SharedData.ProjectRoot, "bench", "budgets.json");
        await using var run = ProcessRunner.Start(program, ["--check-budgets", SharedData.Path("falco"), budgets]);
        int code = await run.WaitForExitAsync(TimeSpan.FromMinutes(2));
        Assert.True(code == 0, string.Join('\n', run.Lines));
    }
}
