using System.Diagnostics;
using Saker.Conditions.Ast;
using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;
using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.Scap;
using Saker.Detector.State;
using Saker.Rules;
using Saker.Rules.Yaml;

namespace Saker.Detector.Benchmarks.Rules;

/// <summary>What the rules cost over recorded events.</summary>
/// <param name="Events">Events that a rule could be about: ends of calls and events that are no calls.</param>
/// <param name="Nanoseconds">Per event, by index and with macros shared; the making of the event's context is part of it.</param>
/// <param name="NaiveNanoseconds">Per event, every rule for every event, each macro written out.</param>
/// <param name="Bytes">Allocated for all events that matched nothing.</param>
internal readonly record struct RuleFigures(long Events, double Nanoseconds, double NaiveNanoseconds, long Bytes);

/// <summary>Evaluates rules over the events of captures, each several times while the state is as the event found it.</summary>
internal sealed class RuleCost : IEventConsumer, IDisposable
{
    private readonly int repetitions;
    private readonly EventStream calls = EventStream.OfSystemCalls(deliverable: null);
    private readonly EventContext context;
    private readonly RuleMatcher matcher;
    private readonly CompiledCondition[] naive;
    private readonly List<Rule> matched = new(256);
    private EventPipeline pipeline = null!;
    private long events;
    private long ticks;
    private long naiveTicks;
    private long bytes;

    /// <param name="files">The rules.</param>
    /// <param name="repetitions">How often each event is evaluated.</param>
    /// <param name="compare">Whether the straightforward evaluation is measured too.</param>
    public RuleCost(IReadOnlyList<RuleFile> files, int repetitions, bool compare)
    {
        this.repetitions = repetitions;
        context = calls.ContextFor("benchmark");
        var set = RuleLoading.Load(files, [calls]);
        if (!set.Successful)
        {
            throw new InvalidOperationException(set.Diagnostics[0].Headline);
        }

        matcher = calls.MatcherOf(set, RuleMatching.All);
        naive = compare ? [.. matcher.Rules.Select(rule => Unshared(rule, calls.Catalogue))] : [];
    }

    /// <summary>Rules that are evaluated.</summary>
    public int Rules => matcher.Rules.Count;

    /// <summary>Runs the events of captures.</summary>
    public RuleFigures Run(IEnumerable<string> captures)
    {
        foreach (var capture in captures)
        {
            using var state = new MachineState();
            using var source = new CaptureSource(File.OpenRead(capture), state);
            pipeline = new EventPipeline(state);
            source.Start(new SourceSettings { SystemCalls = new HashSet<int>() });
            source.Drain(pipeline, this);
        }

        var runs = Math.Max(1, events * (double)repetitions) * Stopwatch.Frequency / 1e9;
        return new(events, ticks / runs, naiveTicks / runs, bytes);
    }

    public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
    {
        if (view.Definition.IsEnter && (view.Definition.Category & EventCategory.Syscall) != 0)
        {
            return;
        }

        events++;
        var type = calls.Types.Of(view);
        var found = 0;
        for (var i = 0; i < repetitions; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            matched.Clear();
            if (matcher.Concerns(type))
            {
                context.Set(pipeline.State, view, frame, raw, pipeline.Processed);
                found = matcher.Match(type, context, matched);
            }

            ticks += Stopwatch.GetTimestamp() - start;
            // The first evaluation of an event may make the regular expressions' engine meet new characters.
            if (found == 0 && i > 0)
            {
                bytes += GC.GetAllocatedBytesForCurrentThread() - before;
            }
        }

        if (naive.Length > 0)
        {
            HandleNaively(view, frame, raw, found);
        }
    }

    public void Dispose() => context.Dispose();

    private void HandleNaively(in EventView view, EventFrame frame, in RawEvent raw, int expected)
    {
        for (var i = 0; i < repetitions; i++)
        {
            var start = Stopwatch.GetTimestamp();
            context.Set(pipeline.State, view, frame, raw, pipeline.Processed);
            var found = 0;
            foreach (var condition in naive)
            {
                found += condition.Evaluate(context) ? 1 : 0;
            }

            naiveTicks += Stopwatch.GetTimestamp() - start;
            if (found != expected)
            {
                throw new InvalidOperationException($"Event {pipeline.Processed}: {found} rules match without the index, {expected} with it.");
            }
        }
    }

    private static CompiledCondition Unshared(Rule rule, IFieldCatalogue catalogue)
    {
        var errors = new List<Saker.Conditions.Parsing.ConditionError>();
        return new ConditionCompiler(catalogue, new ConditionOptions { MaximumValueBytes = 255 })
                .Compile(ConditionPrinter.Print(rule.Condition.Expression, expandMacros: true), errors)
            ?? throw new InvalidOperationException($"{rule.Name}: {errors[0].Message}");
    }
}
