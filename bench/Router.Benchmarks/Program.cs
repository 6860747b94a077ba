using Saker.Benchmarks;
using Saker.Router.Benchmarks;
using Saker.Router.Benchmarks.Allocation;
using Saker.Router.Benchmarks.LogCandidates;

switch (args)
{
    case ["log-candidates", ..]:
        return await Comparison.RunAsync(args[1..]);
    case ["--check-budgets", var alert, var budgets]:
        var figures = await AlertPath.MeasureAsync(alert);
        return AllocationBudgets.Check(budgets, "router", figures, MeasuredOutput.All.Select(static output => output.Figure).Except(figures.Keys));
    case ["send-grpc", var address, var alert, var count, var streams, var batch]:
        return await GrpcLoad.SendAsync(new Uri(address), alert, Number(count), Number(streams), Number(batch));
    default:
        Console.Error.WriteLine("Usage: Router.Benchmarks log-candidates [DIRECTORY [NAME...]]");
        Console.Error.WriteLine("       Router.Benchmarks --check-budgets ALERT.JSON BUDGETS.JSON");
        Console.Error.WriteLine("       Router.Benchmarks send-grpc ADDRESS ALERT.JSON COUNT STREAMS ALERTS-A-MESSAGE");
        return 2;
}

static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
