using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>Calls that change who a process runs as, and what a capture says of users and groups.</summary>
internal static class IdentityHandlers
{
    public static void Register(HandlerTable table)
    {
        table.AddBefore(EventType.SetuidExit, static (MachineState _, in EventView view, EventFrame frame) => SetUid(view, frame, 1));
        table.AddBefore(EventType.SetreuidExit, static (MachineState _, in EventView view, EventFrame frame) => SetUid(view, frame, 2));
        table.AddBefore(EventType.SetresuidExit, static (MachineState _, in EventView view, EventFrame frame) => SetUid(view, frame, 2));
        table.AddBefore(EventType.SetgidExit, static (MachineState _, in EventView view, EventFrame frame) => SetGid(view, frame, 1));
        table.AddBefore(EventType.SetregidExit, static (MachineState _, in EventView view, EventFrame frame) => SetGid(view, frame, 2));
        table.AddBefore(EventType.SetresgidExit, static (MachineState _, in EventView view, EventFrame frame) => SetGid(view, frame, 2));
        table.AddBefore(EventType.UserAddedEnter, AddUser);
        table.AddBefore(EventType.GroupAddedEnter, AddGroup);
        table.AddAfter(EventType.UserDeletedEnter, RemoveUser);
        table.AddAfter(EventType.GroupDeletedEnter, RemoveGroup);
    }

    private static void SetUid(in EventView view, EventFrame frame, int effective)
    {
        // All bits set means: leave as it is.
        if (frame.Thread is { } thread && ProcessHandlers.Succeeded(view) && (uint)view.Unsigned(effective, uint.MaxValue) is var uid and not uint.MaxValue)
        {
            thread.Uid = uid;
        }
    }

    private static void SetGid(in EventView view, EventFrame frame, int effective)
    {
        if (frame.Thread is { } thread && ProcessHandlers.Succeeded(view) && (uint)view.Unsigned(effective, uint.MaxValue) is var gid and not uint.MaxValue)
        {
            thread.Gid = gid;
        }
    }

    private static void AddUser(MachineState state, in EventView view, EventFrame frame)
    {
        if (IsOfHost(view.Text(5)))
        {
            state.Users.Set((uint)view.Unsigned(0), (uint)view.Unsigned(1), view.Text(2), view.Text(3), view.Text(4));
        }
    }

    private static void AddGroup(MachineState state, in EventView view, EventFrame frame)
    {
        if (IsOfHost(view.Text(2)))
        {
            state.Users.Set((uint)view.Unsigned(0), view.Text(1));
        }
    }

    private static void RemoveUser(MachineState state, in EventView view, EventFrame frame)
    {
        if (IsOfHost(view.Text(5)))
        {
            state.Users.RemoveUser((uint)view.Unsigned(0));
        }
    }

    private static void RemoveGroup(MachineState state, in EventView view, EventFrame frame)
    {
        if (IsOfHost(view.Text(2)))
        {
            state.Users.RemoveGroup((uint)view.Unsigned(0));
        }
    }

    private static bool IsOfHost(ReadOnlySpan<byte> container) => container.IsEmpty;
}
