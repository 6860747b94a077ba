using Saker.Detector.Capture;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.Outputs;
using Saker.Detector.State;

namespace Saker.Detector.Engine;

/// <summary>What came of an event that was put off.</summary>
internal enum PendingOutcome : byte
{
    /// <summary>It has not been looked at.</summary>
    Open,

    /// <summary>No rule matches.</summary>
    Nothing,

    /// <summary>Rules match: <see cref="PendingEvent.Lines"/>.</summary>
    Alerts,

    /// <summary>It may have to wait for a runtime's answer, which the event thread decides.</summary>
    Undecided,
}

/// <summary>
/// An event that is looked at by another thread or a little later, with what later events may change meanwhile: its frame and the
/// descriptor that it is about. Everything else that fields read stays as it is until then. Pooled.
/// </summary>
internal sealed unsafe class PendingEvent
{
    private readonly FdEntry* entry;
    private EventDefinition definition = null!;
    private int parameterCount;
    private volatile PendingOutcome outcome;

    /// <param name="entry">Memory for its descriptor, the owner's.</param>
    public PendingEvent(FdEntry* entry) => this.entry = entry;

    /// <summary>The event's bytes.</summary>
    public RawEvent Raw { get; private set; }

    /// <summary>What it is about.</summary>
    public EventFrame Frame { get; } = new();

    /// <summary>Its number since the start.</summary>
    public long Number { get; private set; }

    /// <summary>Its type, as rules count them.</summary>
    public int Type { get; private set; }

    /// <summary>What came of it. Who sees another than <see cref="PendingOutcome.Open"/> sees the lines too.</summary>
    public PendingOutcome Outcome
    {
        get => outcome;
        set => outcome = value;
    }

    /// <summary>The alerts about it, in the order of their rules.</summary>
    public List<AlertLine> Lines { get; } = [];

    /// <summary>Takes an event.</summary>
    public void Set(int type, in EventView view, EventFrame frame, in RawEvent raw, long number)
    {
        Type = type;
        Raw = raw;
        Number = number;
        Outcome = PendingOutcome.Open;
        definition = view.Definition;
        parameterCount = view.Count;
        Frame.CopyFrom(frame);
        if (frame.Entry is not null)
        {
            *entry = *frame.Entry;
            Frame.Entry = entry;
        }
    }

    /// <summary>Has a context read the event.</summary>
    public void Show(EventContext context, MachineState state) =>
        context.Set(state, EventView.Again(Raw.Bytes, definition, parameterCount), Frame, Raw, Number);
}
