using Saker.Detector.Alerting;
using Saker.Detector.Capture;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.Outputs;
using Saker.Detector.State;
using Saker.Rules;

namespace Saker.Detector.Engine;

/// <summary>Asks the rules about each event, and makes alerts of matches. Allocates nothing for an event that matches nothing.</summary>
internal sealed class RuleEngine(
    EventPipeline pipeline, RuleMatcher matcher, EventTypeIndex types, EventContext context, AlertFormatter formatter, IReadOnlyList<OutputQueue> outputs)
    : IEventConsumer
{
    private readonly List<Rule> matched = new(capacity: 64);

    /// <summary>Alerts made so far.</summary>
    public long Alerts { get; private set; }

    public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
    {
        // A call's start only corrects what its end says; rules are about ends.
        var isStart = view.Definition.IsEnter && (view.Definition.Category & EventCategory.Syscall) != 0;
        var type = types.Of(view);
        if (isStart || view.IsBookkeeping || !matcher.Concerns(type))
        {
            return;
        }

        context.Set(pipeline.State, view, frame, raw, pipeline.Processed);
        matched.Clear();
        if (matcher.Match(type, context, matched) == 0)
        {
            return;
        }

        foreach (var rule in matched)
        {
            Alerts++;
            var line = formatter.Format(rule, context);
            foreach (var output in outputs)
            {
                output.Write(line);
            }
        }
    }
}
