using System.Text;
using Saker.Detector.Alerting;
using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.Holding;
using Saker.Detector.Outputs;
using Saker.Detector.State;
using Saker.Rules;
using Saker.Rules.Yaml;

namespace Saker.Detector.Tests.Captures;

/// <summary>A capture under rules, with all its events or without those that the driver would have left out.</summary>
internal sealed class FilteredRun : IEventConsumer, IMatchObserver
{
    /// <summary>All calls that the driver knows.</summary>
    public static readonly IReadOnlySet<int> AllCalls = SystemCalls.All.Select(static call => call.Code).Concat(GenericCalls.All.Select(static call => call.Code)).ToHashSet();

    private readonly List<string> alerts = [];
    private readonly RuleEngine engine;

    private FilteredRun(EventPipeline pipeline, RuleSet set, EventStream stream, EventContext context, AlertFormatter formatter) =>
        engine = new RuleEngine(pipeline, stream.MatcherOf(set, RuleMatching.All), stream.Types, context, formatter, [], new HoldCounters(), observer: this);

    /// <summary>The alerts, in their order.</summary>
    public IReadOnlyList<string> Alerts => alerts;

    /// <summary>Events that were left out.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Rules that stand in a text.</summary>
    public static RuleSet Load(EventStream stream, string rules) => Load(stream, [new RuleFile("rules.yaml", rules)]);

    /// <summary>Rules of files.</summary>
    public static RuleSet Load(EventStream stream, IReadOnlyList<RuleFile> files)
    {
        var set = RuleLoading.Load(files, [stream]);
        Assert.True(set.Successful, string.Join(' ', set.Diagnostics));
        return set;
    }

    /// <summary>Runs a capture.</summary>
    /// <param name="replay">The capture.</param>
    /// <param name="stream">The stream of system calls.</param>
    /// <param name="set">The rules.</param>
    /// <param name="filter">What does not come; null when all does.</param>
    public static FilteredRun Of(Replay replay, EventStream stream, RuleSet set, SimulatedFilter? filter)
    {
        using var state = new MachineState();
        using var source = replay.Open(state);
        using var context = stream.ContextFor("here");
        using var formatter = new AlertFormatter(new DetectorOptions(), stream.Catalogue, "here");
        var pipeline = new EventPipeline(state);
        var run = new FilteredRun(pipeline, set, stream, context, formatter);
        for (var i = 0; i < replay.Count; i++)
        {
            if (filter?.LeavesOut(replay.Event(i)) == true)
            {
                run.LeftOut++;
            }
            else
            {
                replay.Run(i, pipeline, run);
            }
        }

        return run;
    }

    public void Handle(in EventView view, EventFrame frame, in RawEvent raw) => engine.Handle(view, frame, raw);

    public void Matched(Rule rule, EventContext context, AlertLine alert) =>
        alerts.Add($"{context.Timestamp} {context.View.ThreadId} {rule.Name} {Encoding.UTF8.GetString(alert.Line.Span)}");
}
