using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>Calls that change who a process runs as, and what a capture says of users and groups.</summary>
internal static class IdentityHandlers
{
    public static void Register(HandlerTable table)
    {
        table.AddBefore(EventType.SetuidExit, static (MachineState state, in EventView view, EventFrame frame) => SetUid(state, view, frame, SetuidExit.Uid));
        table.AddBefore(EventType.SetreuidExit, static (MachineState state, in EventView view, EventFrame frame) => SetUid(state, view, frame, SetreuidExit.Euid));
        table.AddBefore(EventType.SetresuidExit, static (MachineState state, in EventView view, EventFrame frame) => SetUid(state, view, frame, SetresuidExit.Euid));
        table.AddBefore(EventType.SetgidExit, static (MachineState _, in EventView view, EventFrame frame) => SetGid(view, frame, SetgidExit.Gid));
        table.AddBefore(EventType.SetregidExit, static (MachineState _, in EventView view, EventFrame frame) => SetGid(view, frame, SetregidExit.Egid));
        table.AddBefore(EventType.SetresgidExit, static (MachineState _, in EventView view, EventFrame frame) => SetGid(view, frame, SetresgidExit.Egid));
        table.AddBefore(EventType.UserAddedEnter, AddUser);
        table.AddBefore(EventType.GroupAddedEnter, AddGroup);
        table.AddAfter(EventType.UserDeletedEnter, RemoveUser);
        table.AddAfter(EventType.GroupDeletedEnter, RemoveGroup);
    }

    private static void SetUid(MachineState state, in EventView view, EventFrame frame, int effective)
    {
        // All bits set means: leave as it is.
        if (frame.Thread is { } thread && ProcessHandlers.Succeeded(view) && (uint)view.Unsigned(effective, uint.MaxValue) is var uid and not uint.MaxValue)
        {
            thread.Uid = uid;
            if (thread.Container is { } container)
            {
                state.Containers.LookUpUser(container, thread.Pid, uid, view.Timestamp);
            }
        }
    }

    private static void SetGid(in EventView view, EventFrame frame, int effective)
    {
        if (frame.Thread is { } thread && ProcessHandlers.Succeeded(view) && (uint)view.Unsigned(effective, uint.MaxValue) is var gid and not uint.MaxValue)
        {
            thread.Gid = gid;
        }
    }

    private static void AddUser(MachineState state, in EventView view, EventFrame frame) => UsersOf(state, view.Text(UserAddedEnter.ContainerId))?.Set(
        (uint)view.Unsigned(UserAddedEnter.Uid), (uint)view.Unsigned(UserAddedEnter.Gid), view.Text(UserAddedEnter.Name),
        view.Text(UserAddedEnter.Home), view.Text(UserAddedEnter.Shell));

    private static void AddGroup(MachineState state, in EventView view, EventFrame frame) =>
        UsersOf(state, view.Text(GroupAddedEnter.ContainerId))?.Set((uint)view.Unsigned(GroupAddedEnter.Gid), view.Text(GroupAddedEnter.Name));

    private static void RemoveUser(MachineState state, in EventView view, EventFrame frame) =>
        UsersOf(state, view.Text(UserDeletedEnter.ContainerId))?.RemoveUser((uint)view.Unsigned(UserDeletedEnter.Uid));

    private static void RemoveGroup(MachineState state, in EventView view, EventFrame frame) =>
        UsersOf(state, view.Text(GroupDeletedEnter.ContainerId))?.RemoveGroup((uint)view.Unsigned(GroupDeletedEnter.Gid));

    /// <summary>The list that an event is about; null for that of a container that nobody has met.</summary>
    private static UserTable? UsersOf(MachineState state, ReadOnlySpan<byte> container) =>
        container.IsEmpty ? state.Users : state.Containers.Find(container) is { } entry ? entry.Users ??= new UserTable() : null;
}
