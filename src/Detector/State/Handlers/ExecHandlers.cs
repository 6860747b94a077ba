using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>execve and execveat.</summary>
internal static class ExecHandlers
{
    private const ulong Writable = 1, UpperLayer = 2, FromMemfd = 4, LowerLayer = 8;

    public static void Register(HandlerTable table)
    {
        table.AddBefore(EventType.ExecveV19Exit, Apply);
        table.AddBefore(EventType.ExecveatExit, Apply);
    }

    private static void Apply(MachineState state, in EventView view, EventFrame frame)
    {
        if (!ProcessHandlers.Succeeded(view) || frame.Thread is not { } thread)
        {
            return;
        }

        var pid = view.Signed(ExecveV19Exit.Pid, thread.Pid);
        EndSiblings(state, thread);
        if ((thread.State & ThreadMarks.Placeholder) != 0)
        {
            Introduce(state, view, thread, pid);
        }
        // The kernel unshares the descriptors of an exec, and closes those that are marked so.
        state.Threads.OwnTable(thread);
        thread.Fds.CloseOnExec();
        state.Texts.Set(ref thread.Exe, view.Has(ExecveV19Exit.Exe) && !view.Parameter(ExecveV19Exit.Exe).IsEmpty ? view.Text(ExecveV19Exit.Exe) : "<NA>"u8); // as Falco shows a name that could not be read
        state.Texts.Set(ref thread.Args, view.Parameter(ExecveV19Exit.Args));
        state.Texts.Set(ref thread.Comm, view.Text(ExecveV19Exit.Comm));
        // The directory is that of before: what old drivers tell of it here is not taken, as in Falco.
        state.SetCgroups(thread, view.Parameter(ExecveV19Exit.Cgroups));
        if (view.Has(ExecveV19Exit.Env))
        {
            state.Texts.Set(ref thread.Environment, view.Parameter(ExecveV19Exit.Env));
        }

        if (view.Has(ExecveV19Exit.TrustedExepath))
        {
            state.Texts.Set(ref thread.ExePath, view.Text(ExecveV19Exit.TrustedExepath));
        }

        else if (view.Type == EventType.ExecveV19Exit && view.Has(ExecveV19Exit.Filename))
        {
            Span<byte> buffer = stackalloc byte[PathBuilder.MaxPath];
            state.Texts.Set(ref thread.ExePath, MachineState.Absolute(thread, view.Text(ExecveV19Exit.Filename), MachineState.AtWorkingDirectory, buffer));
        }

        thread.FdLimit = view.Signed(ExecveV19Exit.Fdlimit, thread.FdLimit);
        thread.MajorFaults = view.Unsigned(ExecveV19Exit.PgftMaj);
        thread.MinorFaults = view.Unsigned(ExecveV19Exit.PgftMin);
        thread.VmSize = (uint)view.Unsigned(ExecveV19Exit.VmSize);
        thread.VmRss = (uint)view.Unsigned(ExecveV19Exit.VmRss);
        thread.VmSwap = (uint)view.Unsigned(ExecveV19Exit.VmSwap);
        thread.Tty = (uint)view.Unsigned(ExecveV19Exit.Tty);
        thread.VGroupId = view.Signed(ExecveV19Exit.Vpgid, thread.VGroupId);
        thread.GroupId = view.Signed(ExecveV19Exit.Pgid, thread.GroupId);
        thread.LoginUid = (uint)view.Unsigned(ExecveV19Exit.Loginuid, thread.LoginUid);
        thread.CapInheritable = view.Unsigned(ExecveV19Exit.CapInheritable, thread.CapInheritable);
        thread.CapPermitted = view.Unsigned(ExecveV19Exit.CapPermitted, thread.CapPermitted);
        thread.CapEffective = view.Unsigned(ExecveV19Exit.CapEffective, thread.CapEffective);
        thread.ExeInode = view.Unsigned(ExecveV19Exit.ExeIno);
        thread.ExeChangeTime = view.Unsigned(ExecveV19Exit.ExeInoCtime);
        thread.ExeModifyTime = view.Unsigned(ExecveV19Exit.ExeInoMtime);
        thread.Uid = (uint)view.Unsigned(ExecveV19Exit.Uid, thread.Uid);
        thread.Gid = (uint)view.Unsigned(ExecveV19Exit.Gid, thread.Gid);
        thread.State = StateOf(view.Unsigned(ExecveV19Exit.Flags)) | ThreadMarks.Executed | (thread.State & ThreadMarks.Recorded);
        if (thread.Container is { } container)
        {
            state.Containers.Executed(container, pid, thread.Uid, view.Timestamp);
        }
    }

    /// <summary>The process's other threads are gone after an exec, and the one that called it is the leader now.</summary>
    private static void EndSiblings(MachineState state, ThreadInfo thread)
    {
        // The leader's end is told before an exec by another thread, which takes its id over and whose own id ends unsaid.
        var ended = (thread.State & ThreadMarks.Ended) != 0;
        if (thread.Leader.LivingThreads <= (ended ? 0 : 1))
        {
            return;
        }
        // A removal changes the table, so the walk starts again after each.
        while (FindSibling(state.Threads, thread) is { } sibling)
        {
            ThreadTable.Reparent(sibling, thread);
            state.Threads.Remove(sibling);
        }

        ThreadTable.Revive(thread);
    }

    private static ThreadInfo? FindSibling(ThreadTable threads, ThreadInfo thread)
    {
        foreach (var other in threads.All)
        {
            if (other.Pid == thread.Pid && !ReferenceEquals(other, thread))
            {
                return other;
            }
        }

        return null;
    }

    private static void Introduce(MachineState state, in EventView view, ThreadInfo thread, long pid)
    {
        thread.Pid = pid;
        thread.ParentTid = view.Signed(ExecveV19Exit.Ptid);
        thread.VTid = thread.VPid = pid;
        state.Threads.LinkToParent(thread);
    }

    private static ThreadMarks StateOf(ulong flags)
    {
        var state = ThreadMarks.None;
        if ((flags & Writable) != 0)
        {
            state |= ThreadMarks.ExeWritable;
        }

        if ((flags & UpperLayer) != 0)
        {
            state |= ThreadMarks.ExeUpperLayer;
        }

        if ((flags & LowerLayer) != 0)
        {
            state |= ThreadMarks.ExeLowerLayer;
        }

        if ((flags & FromMemfd) != 0)
        {
            state |= ThreadMarks.ExeFromMemfd;
        }

        return state;
    }
}
