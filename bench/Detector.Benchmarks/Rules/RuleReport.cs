using System.Diagnostics;
using System.Text;
using Saker.Benchmarks;
using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.Scap;
using Saker.Detector.State;
using Saker.Rules.Yaml;

namespace Saker.Detector.Benchmarks.Rules;

/// <summary>Figures of the rules over recorded events, and the check of their budgets. Takes the folder <c>shared/falco</c>.</summary>
internal static class RuleReport
{
    private static readonly string[] UpstreamFiles = ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"];

    /// <summary>Prints nanoseconds, ratio and growth.</summary>
    public static int Print(string falco)
    {
        var captures = Captures(falco);
        using (var warm = new RuleCost(Upstream(falco), repetitions: 1, compare: true))
        {
            warm.Run(captures);
        }

        using (var upstream = new RuleCost(Upstream(falco), repetitions: 5, compare: true))
        {
            var figures = upstream.Run(captures);
            Console.WriteLine($"{upstream.Rules} upstream rules, {figures.Events} events: {figures.Nanoseconds:F0} ns per event, straightforward {figures.NaiveNanoseconds:F0} ns, ratio {figures.NaiveNanoseconds / figures.Nanoseconds:F1}; {figures.Bytes} bytes for events that match nothing");
        }

        foreach (var count in (int[])[10, 100, 1000])
        {
            using var many = new RuleCost([Generated(count)], repetitions: 1, compare: true);
            var figures = many.Run(captures);
            Console.WriteLine($"{count} rules: {figures.Nanoseconds:F0} ns per event, straightforward {figures.NaiveNanoseconds:F0} ns");
        }

        var (processed, nanoseconds, bytes) = Decode(captures);
        Console.WriteLine($"decoding and state, reading of the capture included: {nanoseconds:F0} ns per event over {processed} events, {(double)bytes / processed:F2} bytes in the state");
        return 0;
    }

    /// <summary>Compares allocation with <c>budgets.json</c>; 1 when one is exceeded.</summary>
    public static int CheckBudgets(string falco, string budgets)
    {
        var captures = Captures(falco);
        using var rules = new RuleCost(Upstream(falco), repetitions: 3, compare: false);
        var figures = rules.Run(captures);
        var (processed, _, bytes) = Decode(captures);
        var measured = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["rules.event_that_matches_nothing"] = (double)figures.Bytes / figures.Events,
            ["events.decode_and_apply"] = (double)bytes / processed,
        };
        return AllocationBudgets.Check(budgets, "detector", measured);
    }

    // The second pass over a state is the steady one: what the tables need for such a load they have taken in the first.
    private static (long Processed, double Nanoseconds, long Bytes) Decode(string[] captures)
    {
        long processed = 0, bytes = 0, ticks = 0;
        foreach (var capture in captures)
        {
            using var state = new MachineState();
            Pass(state, capture);
            state.Clear();
            var start = Stopwatch.GetTimestamp();
            var (events, allocated) = Pass(state, capture);
            ticks += Stopwatch.GetTimestamp() - start;
            processed += events;
            bytes += allocated;
        }

        return (processed, ticks * 1e9 / Stopwatch.Frequency / processed, bytes);
    }

    private static (long Events, long Bytes) Pass(MachineState state, string capture)
    {
        using var source = new CaptureSource(File.OpenRead(capture), state);
        var pipeline = new EventPipeline(state);
        source.Start(new SourceSettings { SystemCalls = new HashSet<int>() });
        var bytes = source.Drain(pipeline, consumer: null);
        return (pipeline.Processed, bytes);
    }

    private static string[] Captures(string falco) => [.. Directory.GetFiles(Path.Combine(falco, "captures"), "live-*.scap").Order(StringComparer.Ordinal)];

    private static RuleFile[] Upstream(string falco) => [.. UpstreamFiles.Select(name => Path.Combine(falco, "rules", name)).Select(static path => new RuleFile(path, File.ReadAllText(path)))];

    // Rules as people write them: a shared macro for the kind of event, then names of files and programs.
    private static RuleFile Generated(int count)
    {
        var text = new StringBuilder("- macro: opened\n  condition: (evt.type in (open, openat, openat2) and fd.typechar = f and fd.num >= 0)\n");
        text.Append("- macro: started\n  condition: (evt.type in (execve, execveat) and evt.res = SUCCESS)\n");
        text.Append("- macro: connected\n  condition: (evt.type = connect and fd.typechar in (4, 6))\n");
        for (var i = 0; i < count; i++)
        {
            var condition = (i % 3) switch
            {
                0 => $"opened and fd.name startswith /srv/area{i} and not proc.name in (one{i}, two{i})",
                1 => $"started and proc.name in (tool{i}, other{i}) and proc.cmdline contains --flag{i}",
                _ => $"connected and fd.sport = {1024 + i} and not proc.name = service{i}",
            };
            text.Append($"- rule: rule {i}\n  desc: d\n  condition: {condition}\n  output: o\n  priority: INFO\n");
        }

        return new RuleFile($"{count}.yaml", text.ToString());
    }
}
