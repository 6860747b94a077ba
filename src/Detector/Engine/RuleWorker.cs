using Saker.Detector.Alerting;
using Saker.Detector.Fields;
using Saker.Detector.State;
using Saker.Rules;

namespace Saker.Detector.Engine;

/// <summary>What one thread needs to look at events: it shares the rules and the state, which nobody changes meanwhile, and nothing else.</summary>
/// <param name="state">The state.</param>
/// <param name="matcher">The rules, with counters of its own.</param>
/// <param name="context">Reads fields.</param>
/// <param name="formatter">Makes alerts.</param>
internal sealed class RuleWorker(MachineState state, RuleMatcher matcher, EventContext context, AlertFormatter formatter) : IDisposable
{
    private readonly List<Rule> matched = new(capacity: 64);

    /// <summary>Looks at an event.</summary>
    /// <param name="pending">The event, which gets what came of it.</param>
    /// <param name="mayWait">Whether alerts may have to wait for runtimes.</param>
    public void Evaluate(PendingEvent pending, bool mayWait)
    {
        if (mayWait && pending.Frame.Thread?.Container is { IsPending: true })
        {
            pending.Outcome = PendingOutcome.Undecided;
            return;
        }

        pending.Show(context, state);
        matched.Clear();
        if (matcher.Match(pending.Type, context, matched) == 0)
        {
            pending.Outcome = PendingOutcome.Nothing;
            return;
        }

        foreach (var rule in matched)
        {
            pending.Lines.Add(formatter.Format(rule, context));
        }

        pending.Outcome = PendingOutcome.Alerts;
    }

    public void Dispose()
    {
        formatter.Dispose();
        context.Dispose();
    }
}
