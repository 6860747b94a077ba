using System.Globalization;
using System.Runtime.InteropServices;
using Saker.Detector.Capture;

namespace Saker.Detector.Drivers.ModernEbpf;

/// <summary>
/// Perf's tracepoints, as places to hook where the kernel preempts programs of <c>tp_btf</c>: around these it turns
/// preemption off, so that no task finds the driver busy with another.
/// </summary>
internal sealed unsafe partial class PerfTracepoints
{
    // linux/perf_event.h
    private const uint TypeTracepoint = 2;
    private const int AttributeBytes = 112;
    private const ulong CloseOnExec = 8;

    // linux/mount.h
    private const int CommandCreate = 6;

    // x86-64
    private const long PerfEventOpen = 298;
    private const long FsOpen = 430;
    private const long FsConfig = 431;
    private const long FsMount = 432;

    /// <summary>Since then tracepoints are guarded by SRCU, under which tasks are preempted.</summary>
    private static readonly Version firstToPreempt = new(7, 2);

    private static readonly Dictionary<string, string> tracepoints = new()
    {
        ["process_exec"] = "sched/sched_process_exec",
        ["process_exit"] = "sched/sched_process_exit",
        ["process_fork"] = "sched/sched_process_fork",
        ["sys_enter"] = "raw_syscalls/sys_enter",
        ["sys_exit"] = "raw_syscalls/sys_exit",
    };

    private readonly Dictionary<string, ulong> ids;

    private PerfTracepoints(Dictionary<string, ulong> ids) => this.ids = ids;

    /// <summary>Whether that kernel preempts programs of <c>tp_btf</c>.</summary>
    public static bool AreNeeded(Version kernel) => kernel >= firstToPreempt;

    /// <summary>Where tracefs tells of them all; null where it cannot be read.</summary>
    public static PerfTracepoints? Find()
    {
        if (Read("/sys/kernel/tracing") is { } found)
        {
            return found;
        }

        // Containers mostly have it nowhere; a mount of our own needs no place.
        var mount = MountTracefs();
        if (mount < 0)
        {
            return null;
        }

        try
        {
            return Read($"/proc/self/fd/{mount}");
        }
        finally
        {
            _ = Libc.Close(mount);
        }
    }

    /// <summary>Reads the numbers of the tracepoints; null when one is not there.</summary>
    public static PerfTracepoints? Read(string tracefs)
    {
        var ids = new Dictionary<string, ulong>();
        foreach (var (hook, tracepoint) in tracepoints)
        {
            var file = Path.Combine(tracefs, "events", tracepoint, "id");
            if (!File.Exists(file) || !ulong.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                return null;
            }

            ids[hook] = id;
        }

        return new PerfTracepoints(ids);
    }

    /// <summary>Opens the perf event of a hook, for all tasks and CPUs.</summary>
    /// <exception cref="EventSourceException">The kernel refuses.</exception>
    public int Open(string hook)
    {
        var attributes = stackalloc byte[AttributeBytes];
        new Span<byte>(attributes, AttributeBytes).Clear();
        *(uint*)attributes = TypeTracepoint;
        *(uint*)(attributes + 4) = AttributeBytes;
        *(ulong*)(attributes + 8) = ids[hook];
        // Programs run for every CPU, whichever the event is for.
        var opened = (int)Call(PerfEventOpen, (long)attributes, -1, 0, -1, (long)CloseOnExec);
        return opened >= 0
            ? opened
            : throw new EventSourceException($"modern_ebpf: the kernel refuses to open the tracepoint {tracepoints[hook]}: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    private static int MountTracefs()
    {
        fixed (byte* name = "tracefs\0"u8)
        {
            var context = (int)Call(FsOpen, (long)name, 1, 0, 0, 0);
            if (context < 0)
            {
                return context;
            }

            var mount = Call(FsConfig, context, CommandCreate, 0, 0, 0) == 0 ? (int)Call(FsMount, context, 1, 0, 0, 0) : -1;
            _ = Libc.Close(context);
            return mount;
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Call(long number, long first, long second, long third, long fourth, long fifth);
}
