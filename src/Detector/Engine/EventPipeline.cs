using Saker.Detector.Capture;
using Saker.Detector.Events;
using Saker.Detector.Scap.Conversion;
using Saker.Detector.State;
using Saker.Detector.State.Handlers;

namespace Saker.Detector.Engine;

/// <summary>What the rules are: called for each event, with the state as the event found it and what it added.</summary>
internal interface IEventConsumer
{
    /// <summary>Looks at one event. View and frame hold until it returns.</summary>
    void Handle(in EventView view, EventFrame frame, in RawEvent raw);

    /// <summary>
    /// The state is about to change in more than descriptors, or the bytes of events are about to be given back: whoever has put
    /// an event off looks at it now.
    /// </summary>
    void Settle()
    {
    }
}

/// <summary>
/// The way of one event, live and from a capture alike: decode, apply to the state what it adds, let the rules see it, apply
/// what it takes away. One thread only; nothing is allocated.
/// </summary>
internal sealed unsafe class EventPipeline(MachineState state)
{
    private readonly HandlerTable handlers = new();
    private readonly EventFrame frame = new();

    /// <summary>The state that events are applied to.</summary>
    public MachineState State { get; } = state;

    /// <summary>Events that passed.</summary>
    public long Processed { get; private set; }

    /// <summary>Events that were damaged or of an unknown type, and left out.</summary>
    public long Malformed { get; private set; }

    /// <summary>Handles one event.</summary>
    public void Process(in RawEvent raw, IEventConsumer? consumer)
    {
        if (!EventView.TryParse(raw.Bytes, out var view) || (view.Definition.IsOld && view.Type != ConversionTable.ExecStart))
        {
            Malformed++;
            return;
        }

        Processed++;
        frame.Reset();
        var definition = view.Definition;
        if ((definition.Category & EventCategory.MetaEvent) == 0)
        {
            frame.FirstTimestamp = frame.FirstTimestamp == 0 ? view.Timestamp : frame.FirstTimestamp;
            // A child that tells of its making is made by that event. To look for it in /proc would find what it is by now.
            frame.Thread = State.Threads.Find(view.ThreadId);
            if (frame.Thread is null && !CloneHandlers.IsChild(view))
            {
                consumer?.Settle();
                frame.Thread = State.Resolve(view.ThreadId, view.Timestamp);
            }

            if (frame.Thread?.Leader is { Parent: null, ParentTid: > 0 } orphan && State.Threads.ParentOf(orphan) is not null)
            {
                consumer?.Settle();
                State.Threads.LinkToParent(orphan); // who reads its parent later changes nothing
            }
        }

        else if (view.Type == EventType.ProcinfoEnter)
        {
            frame.Thread = State.Threads.Find(view.ThreadId); // of a thread that is listed, or of one that is none of ours
        }

        if (definition.FdParameter >= 0)
        {
            // An event of an old driver may leave its descriptor out.
            frame.HasFd = view.TrySigned(definition.FdParameter, out var fd) || definition.FdParameter >= view.Count;
            frame.Fd = frame.HasFd && view.Has(definition.FdParameter) ? fd : -1;
        }

        var isNews = frame.Thread is null || frame.Thread.ScannedAt <= view.Timestamp;
        var changesThreads = isNews && handlers.ChangesThreads(view.Type);
        if (changesThreads)
        {
            consumer?.Settle();
        }

        if (isNews)
        {
            handlers.Before(view.Type)?.Invoke(State, view, frame);
        }

        if (frame.HasFd && frame.Thread is { } thread)
        {
            frame.Entry = thread.Fds.Find(frame.Fd);
        }

        consumer?.Handle(view, frame, raw);
        frame.Entry = null;
        if (changesThreads)
        {
            consumer?.Settle();
        }

        if (isNews)
        {
            handlers.After(view.Type)?.Invoke(State, view, frame);
        }

        frame.PreviousTimestamp = view.IsBookkeeping ? frame.PreviousTimestamp : view.Timestamp;
    }
}
