using Saker.Detector.Events;

namespace Saker.Detector.State.Handlers;

/// <summary>
/// Events that tell how much memory a thread's process has, and its page faults. They change these figures alone, which few rules
/// read (<see cref="Figures"/>).
/// </summary>
internal static class MemoryHandlers
{
    /// <summary>The fields that show what these handlers change.</summary>
    public static IReadOnlySet<string> Figures { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "proc.vmsize", "proc.vmrss", "proc.vmswap", "thread.vmsize", "thread.vmrss", "thread.pfmajor", "thread.pfminor",
    };

    public static void Register(HandlerTable table)
    {
        table.AddBefore(EventType.BrkV4Exit, Resized, alsoFailed: true);
        table.AddBefore(EventType.MmapExit, Resized, alsoFailed: true);
        table.AddBefore(EventType.Mmap2Exit, Resized, alsoFailed: true);
        table.AddBefore(EventType.MunmapExit, Resized, alsoFailed: true);
        table.AddBefore(EventType.SchedswitchV6Enter, Measured);
    }

    private static void Resized(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread || !view.Has(MmapExit.VmSize))
        {
            return;
        }

        thread.VmSize = (uint)view.Unsigned(MmapExit.VmSize);
        thread.VmRss = (uint)view.Unsigned(MmapExit.VmRss);
        thread.VmSwap = (uint)view.Unsigned(MmapExit.VmSwap);
    }

    private static void Measured(MachineState state, in EventView view, EventFrame frame)
    {
        if (frame.Thread is not { } thread || !view.Has(SchedswitchV6Enter.VmSwap))
        {
            return;
        }

        thread.MajorFaults = view.Unsigned(SchedswitchV6Enter.PgftMaj);
        thread.MinorFaults = view.Unsigned(SchedswitchV6Enter.PgftMin);
        thread.VmSize = thread.Leader.VmSize = (uint)view.Unsigned(SchedswitchV6Enter.VmSize);
        thread.VmRss = thread.Leader.VmRss = (uint)view.Unsigned(SchedswitchV6Enter.VmRss);
        thread.VmSwap = thread.Leader.VmSwap = (uint)view.Unsigned(SchedswitchV6Enter.VmSwap);
    }
}
