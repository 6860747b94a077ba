using System.Runtime.InteropServices;
using Saker.Detector.Capture;
using Saker.Detector.Capture.Rings;

namespace Saker.Detector.Drivers.ModernEbpf;

/// <summary>System calls of this machine, from the modern eBPF driver. Needs root, and a kernel with BTF.</summary>
internal sealed class ModernEbpfSource : IEventSource
{
    private const int ShortestSleep = 1;
    private const int LongestSleep = 10;
    // A batch from which on the next look comes soon. The few events of a quiet machine must not keep this awake.
    private const int ManyEvents = 64;
    private DriverObject? _driver;
    private RingBuffer[] _rings = [];
    private RingMerger _merger = new([]);
    private ulong _wallAtBoot;
    private int _epoll = -1;
    private int _sleep = ShortestSleep;

    public string Name => "modern_ebpf";

    public bool Ended => false;

    public IReadOnlyList<string> Attached { get; private set; } = [];

    public IReadOnlyList<string> Notes { get; private set; } = [];

    public SourceStatistics Statistics
    {
        get
        {
            var counted = _driver?.Count() ?? default;
            long malformed = 0;
            foreach (var ring in _rings)
                malformed += ring.Malformed;
            return new()
            {
                Seen = (long)counted.Seen,
                DroppedRingFull = (long)counted.RingFull,
                DroppedTooLarge = (long)counted.TooLarge,
                DroppedOther = (long)counted.Other,
                UnreadableArguments = (long)counted.Unreadable,
                TruncatedArguments = (long)counted.Truncated,
                Malformed = malformed,
            };
        }
    }

    public void Start(SourceSettings settings)
    {
        KernelRequirements.Check();
        if (settings.SnapLength > DriverSettings.LongestData)
            Notes = [$"This driver copies at most {DriverSettings.LongestData} bytes of the data of a call; snaplen is {settings.SnapLength}, and what goes beyond is left out."];
        _wallAtBoot = Libc.WallAtBoot();
        var plan = RingPlan.For(settings, Libbpf.CountCpus());
        MemoryLimit.Check(plan, MemoryLimit.OfThisProcess(), Environment.WorkingSet);
        var driverSettings = new DriverSettings
        {
            WallAtBoot = _wallAtBoot,
            SelfTgid = settings.IncludeSelf ? 0 : (uint)Environment.ProcessId,
            WakeBytes = (uint)plan.Bytes / 4,
            SnapLength = (uint)Math.Clamp(settings.SnapLength, 0, DriverSettings.LongestData),
        };
        var attachment = Attachment.For(settings, ref driverSettings);
        _driver = new DriverObject(driverSettings, attachment, plan);
        _epoll = Libc.CreateEpoll(0);
        _rings = [.. _driver.Rings.Select(fd => new RingBuffer(fd, plan.Bytes))];
        _merger = new RingMerger(_rings);
        if (_epoll < 0 || !_driver.Rings.All(fd => Libc.Watch(_epoll, fd)))
            throw new EventSourceException($"The ring buffers cannot be watched: {Marshal.GetLastPInvokeErrorMessage()}.");
        _driver.Attach(attachment);
        Attached = attachment.Hooks;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The kernel wakes this only when a ring fills up; else it looks by itself, after 1 ms while many events come and
    /// after up to 10 ms when few do. Allocates nothing.
    /// </remarks>
    public int Read(Span<RawEvent> into, TimeSpan wait)
    {
        var until = Libc.BootTime() + (ulong)(Math.Max(wait.Ticks, 0) * 100);
        while (true)
        {
            var now = Libc.BootTime();
            var count = _merger.Take(into, _wallAtBoot + now);
            if (count > 0)
            {
                if (count >= ManyEvents)
                    _sleep = ShortestSleep;
                return count;
            }
            if (now >= until)
                return 0;
            var left = (int)Math.Min((until - now + 999_999) / 1_000_000, LongestSleep);
            Libc.Wait(_epoll, Math.Min(left, _merger.Holds ? ShortestSleep : _sleep));
            _sleep = Math.Min(2 * _sleep, LongestSleep);
        }
    }

    public void Release()
    {
        foreach (var ring in _rings)
            ring.Release();
    }

    public void Dispose()
    {
        foreach (var ring in _rings)
            ring.Dispose();
        _rings = [];
        _merger = new RingMerger([]);
        _driver?.Dispose();
        _driver = null;
        if (_epoll >= 0)
            _ = Libc.Close(_epoll);
        _epoll = -1;
    }
}
