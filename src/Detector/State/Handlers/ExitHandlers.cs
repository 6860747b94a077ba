using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>The end of a thread.</summary>
internal static class ExitHandlers
{
    public static void Register(HandlerTable table)
    {
        table.AddBefore(EventType.ProcexitV1Enter, MarkEnded);
        table.AddAfter(EventType.ProcexitV1Enter, Remove);
    }

    /// <summary>Rules see the thread as it was, but no longer count it among the living.</summary>
    private static void MarkEnded(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread || (thread.State & ThreadMarks.Ended) != 0)
        {
            return;
        }

        thread.State |= ThreadMarks.Ended;
        thread.Leader.LivingThreads--;
        if (thread is { VTid: 1, VPid: 1, Container: { IsHost: false } container })
        {
            state.Containers.Ended?.Invoke(container);
        }
    }

    private static void Remove(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread)
        {
            return;
        }

        var reaperTid = view.Signed(ProcexitV1Enter.ReaperTid);
        var reaper = reaperTid > 0 ? state.Threads.Find(reaperTid) : null;
        ThreadTable.Reparent(thread, reaper ?? ThreadTable.Sibling(thread));
        state.Threads.End(thread);
    }
}
