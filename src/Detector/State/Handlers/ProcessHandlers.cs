using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>
/// Calls that change a process: directory, root, session, limits, capabilities, memory. A process that names itself
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
        table.AddBefore(EventType.BrkV4Exit, Resized);
        table.AddBefore(EventType.MmapExit, Resized);
        table.AddBefore(EventType.Mmap2Exit, Resized);
        table.AddBefore(EventType.MunmapExit, Resized);
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
        if (frame.Thread is { } thread && Succeeded(view) && view.Has(1))
        {
            SetWorkingDirectory(state, thread, view.Text(1));
        }
    }

    private static unsafe void ChangeDirectoryByFd(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread || !Succeeded(view))
        {
            return;
        }

        var entry = thread.Fds.Find(view.Signed(1, -1));
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
        state.Texts.Set(ref thread.Root, MachineState.Absolute(thread, view.Text(1), MachineState.AtWorkingDirectory, buffer));
    }

    private static void NewSession(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is { } thread && view.TryResult(out var session) && session >= 0)
        {
            thread.SessionId = session;
        }
    }

    private static void Resized(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread || !view.Has(1))
        {
            return;
        }

        thread.VmSize = (uint)view.Unsigned(1);
        thread.VmRss = (uint)view.Unsigned(2);
        thread.VmSwap = (uint)view.Unsigned(3);
    }

    private static void SetLimit(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is { } thread && Succeeded(view) && view.Unsigned(3) == RlimitNoFile)
        {
            thread.Leader.FdLimit = view.Signed(1);
        }
    }

    private static void SetLimitOf(MachineState state, in EventView view, EventFrame frame)
    {
        if (!Succeeded(view) || view.Unsigned(6) != RlimitNoFile || view.Signed(1, -1) < 0)
        {
            return;
        }

        var pid = view.Signed(5);
        var target = pid == 0 ? frame.Thread : state.Threads.Find(pid);
        if (target is not null)
        {
            target.Leader.FdLimit = view.Signed(1);
        }
    }

    private static void SetCapabilities(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread || !Succeeded(view))
        {
            return;
        }

        thread.CapInheritable = view.Unsigned(1);
        thread.CapPermitted = view.Unsigned(2);
        thread.CapEffective = view.Unsigned(3);
    }

    /// <summary>True when the call's result is there and not an error.</summary>
    public static bool Succeeded(in EventView view) => view.TryResult(out var result) && result >= 0;
}
