using Saker.Detector.Capture;
using Saker.Detector.Events;
using Saker.Detector.MatchCaptures;
using Saker.Detector.State;

namespace Saker.Detector.Engine;

/// <summary>Lets the rules see an event, and puts it into the capture that is going by then: the event that matched is its first.</summary>
/// <param name="rules">The rules.</param>
/// <param name="captures">Captures around matches.</param>
internal sealed class CapturingConsumer(IEventConsumer rules, MatchCapturer captures) : IEventConsumer
{
    /// <inheritdoc/>
    public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
    {
        captures.Before(view.Timestamp);
        rules.Handle(view, frame, raw);
        if (captures.IsGoing)
        {
            captures.Add(view, frame, raw);
        }
    }

    /// <inheritdoc/>
    public void Settle() => rules.Settle();
}
