using System.Runtime.InteropServices;

namespace Saker.Detector.Drivers;

/// <summary>Calls of the C library that .NET has no equal for.</summary>
internal static unsafe partial class Libc
{
    public const int ProtRead = 1;
    public const int ProtWrite = 2;
    public const int MapShared = 1;
    public const int EpollIn = 1;
    public const int EpollCloseOnExec = 0x80000;
    public const int EpollEdgeTriggered = 1 << 31;

    private const int ClockRealtime = 0;
    private const int ClockBoottime = 7;
    private const int EpollCtlAdd = 1;

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    // The kernel packs it on x86-64 only (linux/eventpoll.h).
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct EpollEvent
    {
        public int Events;
        public long Data;
    }

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial byte* Map(void* address, nuint length, int protection, int flags, int fd, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    public static partial int Unmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int CreateEpoll(int flags);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, TimeSpec* time);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int ControlEpoll(int epoll, int operation, int fd, EpollEvent* wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    private static partial int WaitEpoll(int epoll, EpollEvent* events, int count, int milliseconds);

    /// <summary>Nanoseconds since boot, sleep included: the clock that events are stamped with.</summary>
    public static ulong BootTime() => Now(ClockBoottime);

    /// <summary>Nanoseconds of the wall clock when the boot clock stood at 0.</summary>
    public static ulong WallAtBoot() => Now(ClockRealtime) - Now(ClockBoottime);

    /// <summary>Adds a descriptor that wakes <see cref="Wait"/> once each time that its owner says so.</summary>
    public static bool Watch(int epoll, int fd)
    {
        var wanted = new EpollEvent { Events = EpollIn | EpollEdgeTriggered, Data = fd };
        return ControlEpoll(epoll, EpollCtlAdd, fd, &wanted) == 0;
    }

    /// <summary>Waits for one of the watched. False when none said anything.</summary>
    public static bool Wait(int epoll, int milliseconds)
    {
        EpollEvent woken;
        return WaitEpoll(epoll, &woken, 1, milliseconds) > 0;
    }

    private static ulong Now(int clock)
    {
        TimeSpec time;
        _ = GetTime(clock, &time);
        return ((ulong)time.Seconds * 1_000_000_000) + (ulong)time.Nanoseconds;
    }
}
