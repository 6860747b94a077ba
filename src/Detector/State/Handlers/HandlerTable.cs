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

    /// <summary>The table of all handlers.</summary>
    public HandlerTable()
    {
        CloneHandlers.Register(this);
        ExecHandlers.Register(this);
        ExitHandlers.Register(this);
        ProcessHandlers.Register(this);
        IdentityHandlers.Register(this);
        ContainerHandlers.Register(this);
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

    /// <summary>Adds a handler that runs before the rules.</summary>
    public void AddBefore(EventType type, StateHandler handler) => before[(int)type] = handler;

    /// <summary>Adds a handler that runs after the rules.</summary>
    public void AddAfter(EventType type, StateHandler handler) => after[(int)type] = handler;
}
