using System.Reflection;
using BenchmarkDotNet.Running;
using Saker.Detector.Benchmarks.Replay;
using Saker.Detector.Benchmarks.Rules;

switch (args)
{
    case ["--check-budgets", var captures, var budgets, .. var rules]:
        return RuleReport.CheckBudgets(captures, budgets, rules);
    case ["--replay", var falco]:
        return await ReplayReport.PrintAsync(falco);
    case ["--replay", var falco, var rules]:
        return ReplayReport.Measure(falco, rules);
    case ["--runs", var falco, var program]:
        return await ReplayReport.PrintRunsAsync(falco, program);
    case ["--rules", var falco]:
        return RuleReport.Print(falco);
    case ["--workers", var falco]:
        return WorkerReport.Print(falco);
    default:
        BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args);
        return 0;
}
