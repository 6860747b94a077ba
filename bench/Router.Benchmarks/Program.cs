using Saker.Benchmarks;
using Saker.Router.Benchmarks.Allocation;
using Saker.Router.Benchmarks.LogCandidates;

switch (args)
{
    case ["log-candidates", ..]:
        return await Comparison.RunAsync(args[1..]);
    case ["--check-budgets", var alert, var budgets]:
        var figures = await AlertPath.MeasureAsync(alert);
        return AllocationBudgets.Check(budgets, "router", figures, MeasuredOutput.All.Select(static output => output.Figure).Except(figures.Keys));
    default:
        Console.Error.WriteLine("Usage: Router.Benchmarks log-candidates [DIRECTORY [NAME...]]");
        Console.Error.WriteLine("       Router.Benchmarks --check-budgets ALERT.JSON BUDGETS.JSON");
        return 2;
}
