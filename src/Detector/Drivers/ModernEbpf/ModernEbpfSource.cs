using System.Runtime.InteropServices;
using Saker.Detector.Capture;
using Saker.Detector.Drivers.Rings;

namespace Saker.Detector.Drivers.ModernEbpf;

/// <summary>System calls of this machine, from the modern eBPF driver. Needs root, and a kernel with BTF.</summary>
internal sealed class ModernEbpfSource : IEventSource
{
    private const int ShortestSleep = 1;
    private const int LongestSleep = 10;
    // A batch from which on the next look comes soon. The few events of a quiet machine must not keep this awake.
    private const int ManyEvents = 64;
    // Looks in a row that found nothing, after which it waits to be woken; and what it then waits for those that follow the first.
    private const int QuietLooks = 2;
    private const int Gathering = 5;
    private DriverObject? driver;
    private RingBuffer[] rings = [];
    private RingMerger merger = new([]);
    private ulong wallAtBoot;
    private int epoll = -1;
    private int sleep = ShortestSleep;
    private int emptyLooks;
    private ReaderBell? bell;

    public string Name => "modern_ebpf";

    public bool Ended => false;

    public IReadOnlyList<string> Attached { get; private set; } = [];

    public IReadOnlyList<string> Notes { get; private set; } = [];

    public SourceStatistics Statistics
    {
        get
        {
            var counted = driver?.Count() ?? default;
            long malformed = 0;
            foreach (var ring in rings)
            {
                malformed += ring.Malformed;
            }

            return new()
            {
                Seen = (long)counted.Seen,
                DroppedRingFull = (long)counted.RingFull,
                DroppedTooLarge = (long)counted.TooLarge,
                DroppedOther = (long)counted.Other,
                UnreadableArguments = (long)counted.Unreadable,
                TruncatedArguments = (long)counted.Truncated,
                Filtered = (long)counted.Filtered,
                DroppedBusy = (long)(driver?.CountLeftOut() ?? 0),
                Malformed = malformed,
            };
        }
    }

    public void Start(SourceSettings settings)
    {
        KernelRequirements.Check();
        var notes = new List<string>();
        if (settings.SnapLength > DriverSettings.LongestData)
        {
            notes.Add($"This driver copies at most {DriverSettings.LongestData} bytes of the data of a call; snaplen is {settings.SnapLength}, and what goes beyond is left out.");
        }

        var preempted = PerfTracepoints.AreNeeded(Environment.OSVersion.Version);
        var steady = preempted ? PerfTracepoints.Find() : null;
        if (preempted && steady is null)
        {
            notes.Add($"Linux {Environment.OSVersion.Version} stops the driver to let other tasks run and skips their events meanwhile; they are counted as dropped (driver_busy). Tracefs, which would prevent it, can neither be read nor mounted here: mount it at /sys/kernel/tracing.");
        }

        Notes = notes;
        wallAtBoot = Libc.WallAtBoot();
        var cpus = Libbpf.CountCpus();
        var plan = RingPlan.For(settings, cpus);
        MemoryLimit.Check(plan, MemoryLimit.OfThisProcess(), Environment.WorkingSet);
        var driverSettings = new DriverSettings
        {
            WallAtBoot = wallAtBoot,
            SelfTgid = settings.IncludeSelf ? 0 : (uint)Environment.ProcessId,
            WakeBytes = (uint)plan.Bytes / 4,
            SnapLength = (uint)Math.Clamp(settings.SnapLength, 0, DriverSettings.LongestData),
            Cpus = (uint)cpus,
            ScratchStride = preempted && steady is null ? (uint)cpus : 0,
        };
        var attachment = Attachment.For(settings, ref driverSettings);
        driver = new DriverObject(driverSettings, attachment, plan, steady);
        epoll = Libc.CreateEpoll(Libc.EpollCloseOnExec);
        rings = [.. driver.Rings.Select(fd => new RingBuffer(fd, plan.Bytes))];
        merger = new RingMerger(rings);
        if (epoll < 0 || !driver.Rings.All(fd => Libc.Watch(epoll, fd)))
        {
            throw new EventSourceException($"The ring buffers cannot be watched: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        bell = new ReaderBell(driver.Variables);
        driver.Attach(attachment);
        Attached = attachment.Hooks;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The kernel wakes this only when a ring fills up; else it looks by itself, after 1 ms while many events come and
    /// after up to 10 ms when few do. When none do, the first one wakes it. Allocates nothing.
    /// </remarks>
    public int Read(Span<RawEvent> into, TimeSpan wait)
    {
        var until = Libc.BootTime() + (ulong)(Math.Max(wait.Ticks, 0) * 100);
        while (true)
        {
            var now = Libc.BootTime();
            var count = merger.Take(into, wallAtBoot + now);
            if (count > 0)
            {
                if (count >= ManyEvents)
                {
                    sleep = ShortestSleep;
                }

                emptyLooks = 0;
                return count;
            }

            if (now >= until)
            {
                return 0;
            }

            var left = (int)Math.Min((until - now + 999_999) / 1_000_000, int.MaxValue);
            if (emptyLooks < QuietLooks)
            {
                Libc.Wait(epoll, Math.Min(left, merger.Holds ? ShortestSleep : sleep));
                emptyLooks += sleep == LongestSleep && !merger.Holds ? 1 : 0;
                sleep = Math.Min(2 * sleep, LongestSleep);
            }
            else if (Rest(left))
            {
                Libc.Wait(epoll, Math.Min(left, Gathering));
            }
        }
    }

    /// <summary>Waits to be woken by an event. False when none came.</summary>
    private bool Rest(int milliseconds)
    {
        bell!.Arm();
        var isWoken = !merger.IsEmpty() || Libc.Wait(epoll, milliseconds);
        bell.Disarm();
        return isWoken;
    }

    public void Release()
    {
        foreach (var ring in rings)
        {
            ring.Release();
        }
    }

    public void Dispose()
    {
        bell?.Dispose();
        bell = null;
        foreach (var ring in rings)
        {
            ring.Dispose();
        }

        rings = [];
        merger = new RingMerger([]);
        driver?.Dispose();
        driver = null;
        if (epoll >= 0)
        {
            _ = Libc.Close(epoll);
        }

        epoll = -1;
    }
}
