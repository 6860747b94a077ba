using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Saker.Detector.Alerting;
using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.Holding;
using Saker.Detector.Scap;
using Saker.Detector.State;
using Saker.Rules;
using Saker.Rules.Yaml;

namespace Saker.Detector.Benchmarks.Replay;

/// <summary>
/// Events per second of wall time and of CPU time with 1 worker and with 2, as fast as they go: the events of <c>live-bench.scap</c>
/// lie in memory, and alerts go nowhere. Both take turns in one process, with passes that ask no rules: what they take cannot be spread.
/// Of each the fastest pass and the median, for the machine may be busy.
/// </summary>
internal static class WorkerReport
{
    private const int BatchSize = 512;
    private const int WarmUpPasses = 12;
    private const int Rounds = 15;

    // Opens are a tenth of the capture's events.
    private const string AlertForEachOpen = """
        - rule: opened
          desc: An alert for each file.
          condition: evt.type in (open, openat, openat2, creat)
          output: Opened (file=%fd.name user=%user.name process=%proc.name parent=%proc.pname command=%proc.cmdline terminal=%proc.tty)
          priority: NOTICE
        """;

    private static readonly (string Name, string[] Files, string Own)[] Choices =
    [
        ("falco_rules", ["falco_rules.yaml"], ""),
        ("all three files", ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"], ""),
        ("sixty searches", [], Searches()),
        ("an alert for each open", [], AlertForEachOpen),
    ];

    /// <summary>Measures and prints.</summary>
    /// <param name="falco">The folder of Falco's files.</param>
    public static int Print(string falco)
    {
        var capture = Path.Combine(falco, "captures", "live-bench.scap");
        using var events = new EventsInMemory(capture);
        foreach (var (name, files, own) in Choices)
        {
            var stream = EventStream.OfSystemCalls(deliverable: null);
            List<RuleFile> texts = [.. files.Select(file => Path.Combine(falco, "rules", file)).Select(static path => new RuleFile(path, File.ReadAllText(path)))];
            var rules = RuleLoading.Load(own.Length > 0 ? [new RuleFile("own.yaml", own)] : texts, [stream]);
            int[] workers = [0, 1, 2]; // 0: nobody asks the rules
            var walls = workers.ToDictionary(static count => count, static _ => new List<double>());
            var cpus = workers.ToDictionary(static count => count, static _ => new List<double>());
            long alerts = 0;
            for (var round = -WarmUpPasses; round < Rounds; round++)
            {
                foreach (var count in workers)
                {
                    var (wall, cpu, made) = Pass(capture, events, stream, rules, count);
                    if (round >= 0)
                    {
                        walls[count].Add(wall);
                        cpus[count].Add(cpu);
                        alerts = made;
                    }
                }
            }

            foreach (var count in workers)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{name,-24} {count} workers: {events.Count / walls[count].Min() / 1e6:F2} (median {events.Count / Median(walls[count]) / 1e6:F2}) million events a second, {cpus[count].Min() * 1e6 / events.Count:F3} CPU s per million; {alerts} alerts"));
            }

            var spread = 1 - walls[0].Min() / walls[1].Min();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-24} 2 workers are {walls[1].Min() / walls[2].Min():F2} (median {Median(walls[1]) / Median(walls[2]):F2}) times as fast; rules and alerts are {spread:P0} of the time; {Segments(capture, events, stream, rules)}"));
        }

        return 0;
    }

    private static (double Wall, double Cpu, long Alerts) Pass(string capture, EventsInMemory events, EventStream stream, RuleSet rules, int workers)
    {
        var options = new DetectorOptions { JsonOutput = true };
        using var state = new MachineState();
        using var source = new CaptureSource(File.OpenRead(capture), state);
        source.Start(new SourceSettings { SystemCalls = new HashSet<int>() }); // the lists
        using var context = stream.ContextFor("benchmark");
        using var formatter = new AlertFormatter(options, stream.Catalogue, "benchmark");
        var matcher = stream.MatcherOf(rules, RuleMatching.First);
        var pipeline = new EventPipeline(state);
        using var team = RuleTeam.Of(Math.Max(workers, 1), stream, matcher, state, options, "benchmark", mayWait: false);
        var engine = new RuleEngine(pipeline, matcher, stream.Types, context, formatter, outputs: [], new HoldCounters(), team: team);
        var cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < events.Count; i++)
        {
            pipeline.Process(events[i], workers == 0 ? null : engine);
            if (i % BatchSize == BatchSize - 1)
            {
                engine.EndBatch();
            }
        }

        engine.EndBatch();
        return (watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds, engine.Alerts);
    }

    // As users write them: each looks for something else in the names of files and in command lines, and finds nothing.
    private static string Searches() => string.Concat(Enumerable.Range(0, 60).Select(static number =>
        $"""
        - rule: search {number}
          desc: A search in all that is opened, read and written.
          condition: >
            evt.type in (open, openat, openat2, creat, read, write) and
            (fd.name glob "*/absent-{number}/*.bin" or proc.cmdline contains "--absent-{number}" or fd.name regex "absent-{number}[a-z]+[.](so|py)$")
          output: Found %fd.name
          priority: NOTICE

        """));

    private static string Segments(string capture, EventsInMemory events, EventStream stream, RuleSet rules)
    {
        using var state = new MachineState();
        using var source = new CaptureSource(File.OpenRead(capture), state);
        source.Start(new SourceSettings { SystemCalls = new HashSet<int>() });
        var counter = new SegmentCounter(stream.MatcherOf(rules, RuleMatching.First), stream.Types);
        var pipeline = new EventPipeline(state);
        for (var i = 0; i < events.Count; i++)
        {
            pipeline.Process(events[i], counter);
        }

        return counter.ToString();
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed unsafe class EventsInMemory : IDisposable
    {
        private readonly List<(nint Address, int Length, short Cpu)> events = [];

        public EventsInMemory(string capture)
        {
            using var state = new MachineState();
            using var source = new CaptureSource(File.OpenRead(capture), state);
            source.Start(new SourceSettings { SystemCalls = new HashSet<int>() });
            var batch = new RawEvent[BatchSize];
            for (int count; (count = source.Read(batch, TimeSpan.Zero)) > 0; source.Release())
            {
                foreach (var raw in batch.AsSpan(0, count))
                {
                    var copy = (nint)NativeMemory.Alloc((nuint)raw.Bytes.Length);
                    raw.Bytes.CopyTo(new Span<byte>((void*)copy, raw.Bytes.Length));
                    events.Add((copy, raw.Bytes.Length, raw.Cpu));
                }
            }
        }

        public int Count => events.Count;

        public RawEvent this[int index] => new((byte*)events[index].Address, events[index].Length, events[index].Cpu);

        public void Dispose()
        {
            foreach (var (address, _, _) in events)
            {
                NativeMemory.Free((void*)address);
            }
        }
    }

    /// <summary>Counts what there is to put off, and how often everything must be done.</summary>
    private sealed class SegmentCounter(RuleMatcher matcher, EventTypeIndex types) : IEventConsumer
    {
        private readonly ImmediateEvents immediate = new(matcher, types);
        private long seen;
        private long concerned;
        private long possible;
        private long atOnce;
        private long present;
        private long segments;

        public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
        {
            seen++;
            var isStart = view.Definition.IsEnter && (view.Definition.Category & EventCategory.Syscall) != 0;
            var type = types.Of(view);
            if (isStart || view.IsBookkeeping || !matcher.Concerns(type))
            {
                return;
            }

            concerned++;
            possible += matcher.ConditionsOf(type).Count > 0 ? 1 : 0;
            atOnce += immediate.Include(type, view, frame) ? 1 : 0;
            present++;
        }

        public void Settle()
        {
            segments += present > 0 ? 1 : 0;
            present = 0;
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"rules are about {concerned} of {seen} events ({possible} may match), {atOnce} of them at once, in {segments} segments");
    }
}
