using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>
/// clone, clone3, fork and vfork. Both sides report: the parent with the child's id as the result, the child with 0. Whoever
/// comes first makes the child; after vfork the child may even have run exec when the parent's event comes.
/// </summary>
internal static class CloneHandlers
{
    private const ulong CloneFiles = 1, CloneThread = 8192, CloneParent = 256, CloneChildInPidNamespace = 536870912, CloneNewPid = 64;

    public static void Register(HandlerTable table)
    {
        table.AddBefore(EventType.CloneV20Exit, Apply);
        table.AddBefore(EventType.Clone3Exit, Apply);
        table.AddBefore(EventType.ForkV20Exit, Apply);
        table.AddBefore(EventType.VforkV20Exit, Apply);
    }

    /// <summary>True when the event is a child's own about its making.</summary>
    public static bool IsChild(in EventView view) =>
        view.Type is EventType.CloneV20Exit or EventType.Clone3Exit or EventType.ForkV20Exit or EventType.VforkV20Exit
        && view.TryResult(out var result) && result == 0;

    private static void Apply(MachineState state, in EventView view, EventFrame frame)
    {
        if (!view.TryResult(out var result) || result < 0)
        {
            return;
        }

        if (result == 0)
        {
            ApplyChild(state, view, frame);
        }
        else
        {
            ApplyParent(state, view, frame, result);
        }
    }

    private static void ApplyParent(MachineState state, in EventView view, EventFrame frame, long childTid)
    {
        if (frame.Thread is not { } parent)
        {
            return;
        }

        var flags = view.Unsigned(CloneV20Exit.Flags);
        // The result counts in the parent's pid namespace; seen from inside one it is not the child's id. The child's own
        // event says it.
        if ((flags & (CloneChildInPidNamespace | CloneNewPid)) != 0 || view.Signed(CloneV20Exit.Vtid, parent.Tid) != parent.Tid)
        {
            return;
        }

        if (state.Threads.Find(childTid) is { } existing && IsThatChild(existing, view.Timestamp, parent, flags))
        {
            return;
        }

        AddChild(state, view, parent, childTid, flags);
    }

    private static void ApplyChild(MachineState state, in EventView view, EventFrame frame)
    {
        var tid = view.ThreadId;
        var flags = view.Unsigned(CloneV20Exit.Flags);
        // A thread is made by another of its process, and inherits from that; its parent is the process's.
        var parent = state.Threads.Find(view.Signed((flags & CloneThread) != 0 ? CloneV20Exit.Pid : CloneV20Exit.Ptid));
        var existing = state.Threads.Find(tid);
        var known = existing is not null && (existing.State & ThreadMarks.Placeholder) == 0
            && (existing.CloneTime != 0 || existing.ScannedAt != 0)
            && (parent is null || IsThatChild(existing, view.Timestamp, parent, flags));
        var child = known ? existing : AddChild(state, view, parent, tid, flags);
        frame.Thread = child;
        if (child is null || (child.State & ThreadMarks.Executed) != 0)
        {
            return;
        }

        child.VTid = view.Signed(CloneV20Exit.Vtid, tid);
        child.VPid = view.Signed(CloneV20Exit.Vpid, child.Pid);
        child.PidNamespaceStart = view.Unsigned(CloneV20Exit.PidnsInitStartTs, child.PidNamespaceStart);
    }

    /// <summary>
    /// True when the thread of that id is the child that this clone made, not an older one whose end was missed. Both events
    /// of a clone are close in time, but the child may have run on to exec in between.
    /// </summary>
    private static bool IsThatChild(ThreadInfo existing, ulong timestamp, ThreadInfo parent, ulong flags)
    {
        if ((existing.State & (ThreadMarks.Placeholder | ThreadMarks.Ended)) != 0)
        {
            return false;
        }

        if (existing.ScannedAt >= timestamp)
        {
            return true;
        }

        var sameFamily = (flags & CloneThread) != 0 ? existing.Pid == parent.Pid
            : existing.ParentTid == parent.Tid || existing.ParentTid == parent.Pid || existing.ParentTid == parent.ParentTid;
        const ulong nearby = 10_000_000_000;
        var apart = timestamp > existing.CloneTime ? timestamp - existing.CloneTime : existing.CloneTime - timestamp;
        return sameFamily && apart < nearby;
    }

    private static ThreadInfo? AddChild(MachineState state, in EventView view, ThreadInfo? parent, long tid, ulong flags)
    {
        var isThread = (flags & CloneThread) != 0;
        var fromChild = tid == view.ThreadId;
        var pid = isThread ? (fromChild ? view.Signed(CloneV20Exit.Pid, tid) : parent!.Pid) : tid;
        var parentTid = fromChild ? view.Signed(CloneV20Exit.Ptid)
            : isThread || (flags & CloneParent) != 0 ? parent!.ParentTid : parent!.Pid;
        // CLONE_THREAD without CLONE_FILES is rare but allowed: only the flag shares the descriptors.
        var shared = (flags & CloneFiles) != 0 ? parent?.Fds : null;
        var child = state.Threads.Add(tid, pid, parentTid, shared);
        if (child is null)
        {
            return null;
        }

        child.CloneTime = view.Timestamp;
        child.VTid = tid;
        child.VPid = pid;
        if (parent is not null)
        {
            child.InheritFrom(parent, state.Texts);
            state.Threads.SetContainer(child, parent.Container);
            if (shared is null)
            {
                child.Fds.CopyFrom(parent.Fds);
            }
        }

        Refresh(state, view, child);
        return child;
    }

    /// <summary>Takes over what the event says of the thread that made it, which a child inherits.</summary>
    private static void Refresh(MachineState state, in EventView view, ThreadInfo thread)
    {
        state.Texts.Set(ref thread.Exe, view.Text(CloneV20Exit.Exe));
        state.Texts.Set(ref thread.Args, view.Parameter(CloneV20Exit.Args));
        state.Texts.Set(ref thread.Comm, view.Text(CloneV20Exit.Comm));
        state.SetCgroups(thread, view.Parameter(CloneV20Exit.Cgroups));
        thread.FdLimit = view.Signed(CloneV20Exit.Fdlimit, thread.FdLimit);
        thread.MajorFaults = view.Unsigned(CloneV20Exit.PgftMaj, thread.MajorFaults);
        thread.MinorFaults = view.Unsigned(CloneV20Exit.PgftMin, thread.MinorFaults);
        thread.VmSize = (uint)view.Unsigned(CloneV20Exit.VmSize, thread.VmSize);
        thread.VmRss = (uint)view.Unsigned(CloneV20Exit.VmRss, thread.VmRss);
        thread.VmSwap = (uint)view.Unsigned(CloneV20Exit.VmSwap, thread.VmSwap);
        thread.Uid = (uint)view.Unsigned(CloneV20Exit.Uid, thread.Uid);
        thread.Gid = (uint)view.Unsigned(CloneV20Exit.Gid, thread.Gid);
    }
}
