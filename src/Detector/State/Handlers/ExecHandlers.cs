using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>execve and execveat.</summary>
internal static class ExecHandlers
{
    private const int Exe = 1, Args = 2, Pid = 4, ParentTid = 5, WorkingDirectory = 6, FdLimit = 7, MajorFaults = 8, MinorFaults = 9,
        VmSize = 10, VmRss = 11, VmSwap = 12, Comm = 13, Cgroups = 14, Environment = 15, Tty = 16, VGroup = 17, LoginUid = 18, Flags = 19,
        CapInheritable = 20, CapPermitted = 21, CapEffective = 22, ExeInode = 23, ExeChangeTime = 24, ExeModifyTime = 25, Uid = 26,
        TrustedExePath = 27, Group = 28, Gid = 29;

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

        var pid = view.Signed(Pid, thread.Pid);
        EndSiblings(state, thread);
        if ((thread.State & ThreadMarks.Placeholder) != 0)
        {
            Introduce(state, view, thread, pid);
        }
        // The kernel unshares the descriptors of an exec, and closes those that are marked so.
        state.Threads.OwnTable(thread);
        thread.Fds.CloseOnExec();
        state.Texts.Set(ref thread.Exe, view.Has(Exe) && !view.Parameter(Exe).IsEmpty ? view.Text(Exe) : "<NA>"u8); // as Falco shows a name that could not be read
        state.Texts.Set(ref thread.Args, view.Parameter(Args));
        state.Texts.Set(ref thread.Comm, view.Text(Comm));
        if (view.Has(WorkingDirectory))
        {
            ProcessHandlers.SetWorkingDirectory(state, thread, view.Text(WorkingDirectory));
        }

        state.SetCgroups(thread, view.Parameter(Cgroups));
        if (view.Has(Environment))
        {
            state.Texts.Set(ref thread.Environment, view.Parameter(Environment));
        }

        if (view.Has(TrustedExePath))
        {
            state.Texts.Set(ref thread.ExePath, view.Text(TrustedExePath));
        }

        thread.FdLimit = view.Signed(FdLimit, thread.FdLimit);
        thread.MajorFaults = view.Unsigned(MajorFaults);
        thread.MinorFaults = view.Unsigned(MinorFaults);
        thread.VmSize = (uint)view.Unsigned(VmSize);
        thread.VmRss = (uint)view.Unsigned(VmRss);
        thread.VmSwap = (uint)view.Unsigned(VmSwap);
        thread.Tty = (uint)view.Unsigned(Tty);
        thread.VGroupId = view.Signed(VGroup, thread.VGroupId);
        thread.GroupId = view.Signed(Group, thread.GroupId);
        thread.LoginUid = (uint)view.Unsigned(LoginUid, thread.LoginUid);
        thread.CapInheritable = view.Unsigned(CapInheritable, thread.CapInheritable);
        thread.CapPermitted = view.Unsigned(CapPermitted, thread.CapPermitted);
        thread.CapEffective = view.Unsigned(CapEffective, thread.CapEffective);
        thread.ExeInode = view.Unsigned(ExeInode);
        thread.ExeChangeTime = view.Unsigned(ExeChangeTime);
        thread.ExeModifyTime = view.Unsigned(ExeModifyTime);
        thread.Uid = (uint)view.Unsigned(Uid, thread.Uid);
        thread.Gid = (uint)view.Unsigned(Gid, thread.Gid);
        thread.State = StateOf(view.Unsigned(Flags)) | ThreadMarks.Executed | (thread.State & ThreadMarks.Recorded);
    }

    /// <summary>The process's other threads are gone after an exec, and the one that called it is the leader now.</summary>
    private static void EndSiblings(MachineState state, ThreadInfo thread)
    {
        if (thread.Leader.LivingThreads <= 1)
        {
            return;
        }
        // A removal changes the table, so the walk starts again after each.
        while (FindSibling(state.Threads, thread) is { } sibling)
        {
            ThreadTable.Reparent(sibling, thread);
            state.Threads.Remove(sibling);
        }
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
        thread.ParentTid = view.Signed(ParentTid);
        thread.VTid = thread.VPid = pid;
        state.Threads.ParentOf(thread);
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
