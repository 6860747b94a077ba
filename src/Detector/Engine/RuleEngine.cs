using Saker.Detector.Alerting;
using Saker.Detector.Capture;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.Holding;
using Saker.Detector.MatchCaptures;
using Saker.Detector.Outputs;
using Saker.Detector.State;
using Saker.Rules;

namespace Saker.Detector.Engine;

/// <summary>Asks the rules about each event, and makes alerts of matches. Allocates nothing for an event that matches nothing.</summary>
/// <param name="pipeline">The way of the events.</param>
/// <param name="matcher">The rules.</param>
/// <param name="types">The types of events as rules name them.</param>
/// <param name="context">Reads fields.</param>
/// <param name="formatter">Makes alerts.</param>
/// <param name="outputs">Where alerts go.</param>
/// <param name="counters">Counts alerts of containers that no runtime has told of.</param>
/// <param name="hold">Keeps alerts until runtimes have answered; null to let none wait.</param>
/// <param name="captures">Captures around matches; null for none.</param>
/// <param name="team">Looks at events with several threads; null to do it with this one.</param>
/// <param name="observer">Sees matches while their events are there; null for nobody.</param>
internal sealed class RuleEngine(
    EventPipeline pipeline,
    RuleMatcher matcher,
    EventTypeIndex types,
    EventContext context,
    AlertFormatter formatter,
    IReadOnlyList<OutputQueue> outputs,
    HoldCounters counters,
    AlertHold? hold = null,
    MatchCapturer? captures = null,
    RuleTeam? team = null,
    IMatchObserver? observer = null)
    : IEventConsumer
{
    private readonly List<Rule> matched = new(capacity: 64);
    private readonly List<AlertLine> lines = new(capacity: 64);
    private Action<PendingEvent>? publish;

    /// <summary>Alerts made so far.</summary>
    public long Alerts { get; private set; }

    /// <summary>Whether alerts are held.</summary>
    public bool IsHolding => hold is { IsEmpty: false };

    /// <summary>Events and alerts that are held.</summary>
    public int HeldCount => hold?.Count ?? 0;

    /// <summary>What was held, and what came without a runtime's answer.</summary>
    public HoldCounters HoldCounters => counters;

    /// <summary>Writes what was held and need not be any longer.</summary>
    /// <param name="all">Whether everything is written.</param>
    public void Release(bool all = false)
    {
        if (hold is { IsEmpty: false })
        {
            hold.Release(Write, all);
        }
    }

    public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
    {
        // A call's start only corrects what its end says; rules are about ends.
        var isStart = view.Definition.IsEnter && (view.Definition.Category & EventCategory.Syscall) != 0;
        var type = types.Of(view);
        if (isStart || view.IsBookkeeping || !matcher.Concerns(type))
        {
            return;
        }

        var isImmediate = team is null || team.IsImmediate(type, view, frame);
        if (isImmediate && (team is null or { IsEmpty: true } || frame.Thread?.Container is { IsPending: true }))
        {
            Settle();
            context.Set(pipeline.State, view, frame, raw, pipeline.Processed);
            Evaluate(type);
            return;
        }

        if (team!.IsFull)
        {
            Settle();
        }

        if (isImmediate)
        {
            team.Look(type, view, frame, raw, pipeline.Processed);
        }
        else
        {
            team.Add(type, view, frame, raw, pipeline.Processed);
        }
    }

    /// <summary>The bytes of all events are about to be given back.</summary>
    public void EndBatch()
    {
        Settle();
        team?.EndBatch();
    }

    /// <inheritdoc/>
    public void Settle()
    {
        if (team is { IsEmpty: false })
        {
            team.Finish(publish ??= Publish);
        }
    }

    private void Publish(PendingEvent pending)
    {
        pending.Show(context, pipeline.State);
        if (pending.Outcome == PendingOutcome.Undecided)
        {
            Evaluate(pending.Type);
        }
        else
        {
            Publish(pending.Lines);
        }
    }

    private void Evaluate(int type)
    {
        if (hold is { IsFull: true })
        {
            hold.MakeRoom(Write);
        }

        if (hold is not null && context.Thread?.Container is { IsPending: true } container && hold.TryHold(type, context, container))
        {
            return;
        }

        matched.Clear();
        if (matcher.Match(type, context, matched) == 0)
        {
            return;
        }

        lines.Clear();
        foreach (var rule in matched)
        {
            captures?.Matched(rule, context.Timestamp, pipeline.Processed);
            var line = formatter.Format(rule, context);
            observer?.Matched(rule, context, line);
            lines.Add(line);
        }

        Publish(lines);
    }

    private void Publish(List<AlertLine> alerts)
    {
        counters.Alerted(context.Container, alerts.Count);
        var waits = hold?.Holds(context) == true;
        foreach (var line in alerts)
        {
            if (waits)
            {
                hold!.Queue(line, context);
            }
            else
            {
                Write(line);
            }
        }
    }

    private void Write(AlertLine line)
    {
        Alerts++;
        foreach (var output in outputs)
        {
            output.Write(line);
        }
    }
}
