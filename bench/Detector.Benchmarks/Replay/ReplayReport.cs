using System.Diagnostics;
using System.Globalization;
using Saker.Rules.Yaml;

namespace Saker.Detector.Benchmarks.Replay;

/// <summary>
/// CPU seconds (user and system, all threads of the process) for <c>live-bench.scap</c>, beside Falco's. Each set of rules is
/// measured in a process of its own.
/// </summary>
internal static class ReplayReport
{
    private const int WarmUpPasses = 25;
    private const int Rounds = 5;
    private const int PassesPerRound = 4;

    // Falco's user CPU seconds for one replay of the capture, gunzip included; measured where the capture was recorded.
    private static readonly RuleChoice[] Choices =
    [
        new("none", [], Falco: 0.13, Goal: 1.5),
        new("falco_rules", ["falco_rules.yaml"], Falco: 0.20, Goal: 2),
        new("all", ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"], Falco: 0.54, Goal: 4),
    ];

    /// <summary>Starts this program anew for each set of rules.</summary>
    public static async Task<int> PrintAsync(string falco)
    {
        Console.WriteLine($"live-bench.scap, {WarmUpPasses} passes of warm-up, then the median of {Rounds} rounds of {PassesPerRound} passes in the same process");
        foreach (var choice in Choices)
        {
            using var child = Process.Start(Environment.ProcessPath!, ["--replay", falco, choice.Name]);
            await child.WaitForExitAsync();
            if (child.ExitCode != 0)
            {
                return child.ExitCode;
            }
        }

        return 0;
    }

    /// <summary>Measures single replays by the published program, its start included.</summary>
    public static async Task<int> PrintRunsAsync(string falco, string program)
    {
        foreach (var choice in Choices)
        {
            var (seconds, megabytes) = await ProgramRuns.MeasureAsync(program, Capture(falco), [.. choice.Paths(falco)]);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{choice.Name,-12} {seconds:F3} CPU s a run, start included, {megabytes:F0} MB at most; Falco {choice.Falco:F2}: {choice.Falco / seconds:F2} times"));
        }

        return 0;
    }

    /// <summary>Measures one set of rules in this process.</summary>
    public static int Measure(string falco, string name)
    {
        var choice = Choices.Single(choice => choice.Name == name);
        var passes = new CapturePasses(Capture(falco), [.. choice.Paths(falco).Select(static path => new RuleFile(path, File.ReadAllText(path)))]);
        for (var i = 0; i < WarmUpPasses; i++)
        {
            passes.Run();
        }

        var seconds = new double[Rounds];
        long events = 0, alerts = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var before = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < PassesPerRound; i++)
            {
                (events, alerts) = passes.Run();
            }

            seconds[round] = (Environment.CpuUsage.TotalTime - before).TotalSeconds / PassesPerRound;
        }

        Array.Sort(seconds);
        var median = seconds[Rounds / 2];
        var ratio = choice.Falco / median;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-12} {median:F3} CPU s a pass ({seconds[0]:F3} to {seconds[^1]:F3}), {median * 1e6 / events:F3} s per million events, Falco {choice.Falco:F2}: {ratio:F2} times (goal {choice.Goal}); {events} events, {alerts} alerts"));
        return 0;
    }

    private static string Capture(string falco) => Path.Combine(falco, "captures", "live-bench.scap");

    private sealed record RuleChoice(string Name, string[] Files, double Falco, double Goal)
    {
        public IEnumerable<string> Paths(string falco) => Files.Select(file => Path.Combine(falco, "rules", file));
    }
}
