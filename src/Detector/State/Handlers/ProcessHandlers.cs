using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>
/// Calls that change a process: directory, root, session, limits, capabilities. A process that names itself
/// (<c>PR_SET_NAME</c>) keeps the name that it got at exec: rules must not be told another by whom they watch. A group that
/// setpgid gives counts from the next exec on, which tells it (decision 0025).
/// </summary>
internal static class ProcessHandlers
{
    private const ulong RlimitNoFile = 7;

    public static void Register(HandlerTable table)
    {
        table.AddBefore(EventType.ChdirExit, ChangeDirectory);
        table.AddBefore(EventType.FchdirExit, ChangeDirectoryByFd);
        table.AddBefore(EventType.ChrootExit, ChangeRoot);
        table.AddBefore(EventType.SetsidExit, NewSession);
        table.AddBefore(EventType.SetrlimitExit, SetLimit);
        table.AddBefore(EventType.PrlimitExit, SetLimitOf);
        table.AddBefore(EventType.CapsetExit, SetCapabilities);
    }

    /// <summary>Sets the working directory of a thread's process; a relative one starts from the present one.</summary>
    public static void SetWorkingDirectory(MachineState state, ThreadInfo thread, ReadOnlySpan<byte> path)
    {
        var leader = thread.Leader;
        Span<byte> buffer = stackalloc byte[PathBuilder.MaxPath];
        var directory = PathBuilder.Join(leader.WorkingDirectory.Span, path, buffer);
        if (directory.Length > 1 && directory.Length < buffer.Length)
        {
            buffer[directory.Length] = (byte)'/';
            directory = buffer[..(directory.Length + 1)];
        }

        state.Texts.Set(ref leader.WorkingDirectory, directory);
    }

    private static void ChangeDirectory(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is { } thread && Succeeded(view) && view.Has(ChdirExit.Path))
        {
            SetWorkingDirectory(state, thread, view.Text(ChdirExit.Path));
        }
    }

    private static unsafe void ChangeDirectoryByFd(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread || !Succeeded(view))
        {
            return;
        }

        var entry = thread.Fds.Find(view.Signed(FchdirExit.Fd, -1));
        if (entry is not null)
        {
            SetWorkingDirectory(state, thread, entry->Name.Span);
        }
    }

    private static void ChangeRoot(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread || !Succeeded(view))
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[PathBuilder.MaxPath];
        state.Texts.Set(ref thread.Root, MachineState.Absolute(thread, view.Text(ChrootExit.Path), MachineState.AtWorkingDirectory, buffer));
    }

    private static void NewSession(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is { } thread && view.TryResult(out var session) && session >= 0)
        {
            thread.SessionId = session;
        }
    }

    private static void SetLimit(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is { } thread && Succeeded(view) && view.Unsigned(SetrlimitExit.Resource) == RlimitNoFile)
        {
            thread.Leader.FdLimit = view.Signed(SetrlimitExit.Cur);
        }
    }

    private static void SetLimitOf(MachineState state, in EventView view, EventFrame frame)
    {
        if (!Succeeded(view) || view.Unsigned(PrlimitExit.Resource) != RlimitNoFile || view.Signed(PrlimitExit.Newcur, -1) < 0)
        {
            return;
        }

        var pid = view.Signed(PrlimitExit.Pid);
        var target = pid == 0 ? frame.Thread : state.Threads.Find(pid);
        if (target is not null)
        {
            target.Leader.FdLimit = view.Signed(PrlimitExit.Newcur);
        }
    }

    private static void SetCapabilities(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread || !Succeeded(view))
        {
            return;
        }

        thread.CapInheritable = view.Unsigned(CapsetExit.CapInheritable);
        thread.CapPermitted = view.Unsigned(CapsetExit.CapPermitted);
        thread.CapEffective = view.Unsigned(CapsetExit.CapEffective);
    }

    /// <summary>True when the call's result is there and not an error.</summary>
    public static bool Succeeded(in EventView view) => view.TryResult(out var result) && result >= 0;
}
