using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>
/// The handlers by event type: those that add to the state run before the rules see the event, those that take away after.
/// A new event is a line in one of the families' lists.
/// </summary>
internal sealed class HandlerTable
{
    private readonly StateHandler?[] before = new StateHandler?[EventTable.Count];
    private readonly StateHandler?[] after = new StateHandler?[EventTable.Count];
    private readonly bool[] changesThreads = new bool[EventTable.Count];
    private readonly bool[] heedsFailure = new bool[EventTable.Count];
    private readonly bool isOfThreads;

    /// <summary>The table of all handlers.</summary>
    public HandlerTable()
    {
        isOfThreads = true;
        CloneHandlers.Register(this);
        ExecHandlers.Register(this);
        ExitHandlers.Register(this);
        ProcessHandlers.Register(this);
        IdentityHandlers.Register(this);
        ContainerHandlers.Register(this);
        // These change nothing that fields read but figures of memory, and descriptors.
        isOfThreads = false;
        MemoryHandlers.Register(this);
        EnterHandlers.Register(this);
        OpenHandlers.Register(this);
        DescriptorHandlers.Register(this);
        SocketHandlers.Register(this);
        TransferHandlers.Register(this);
    }

    /// <summary>What is applied before the rules; null for most.</summary>
    public StateHandler? Before(EventType type) => before[(int)type];

    /// <summary>What is applied after the rules; null for most.</summary>
    public StateHandler? After(EventType type) => after[(int)type];

    /// <summary>Whether a handler changes what is known of threads, users or containers; those of descriptors or of memory alone do not.</summary>
    public bool ChangesThreads(EventType type) => changesThreads[(int)type];

    /// <summary>Whether a call that failed changes the state too. Most such calls change nothing.</summary>
    public bool HeedsFailure(EventType type) => heedsFailure[(int)type];

    /// <summary>Adds a handler that runs before the rules.</summary>
    /// <param name="type">The event.</param>
    /// <param name="handler">What is done.</param>
    /// <param name="alsoFailed">Whether it changes the state when the call failed, too.</param>
    public void AddBefore(EventType type, StateHandler handler, bool alsoFailed = false)
    {
        Add(before, type, handler);
        heedsFailure[(int)type] |= alsoFailed;
    }

    /// <summary>Adds a handler that runs after the rules.</summary>
    public void AddAfter(EventType type, StateHandler handler) => Add(after, type, handler);

    private void Add(StateHandler?[] to, EventType type, StateHandler handler)
    {
        to[(int)type] = handler;
        changesThreads[(int)type] |= isOfThreads;
    }
}
