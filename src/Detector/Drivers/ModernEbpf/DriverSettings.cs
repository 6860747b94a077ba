using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Saker.Detector.Capture;

namespace Saker.Detector.Drivers.ModernEbpf;

/// <summary>The driver's <c>struct settings</c> (settings.h), set before it is loaded.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DriverSettings
{
    public const int Calls = 576;
    public const int SocketCalls = 32;

    /// <summary>The driver's <c>LAST_ERROR</c>: results below the negative of it are not taken for failures that <see cref="HookedCall.DropFailed"/> is about.</summary>
    public const int LastError = 133;

    /// <summary>The driver's <c>MAX_TEXT</c>: nothing longer is copied in one piece.</summary>
    public const int LongestData = 4096;

    /// <summary>Nanoseconds of the wall clock when the boot clock stood at 0.</summary>
    public ulong WallAtBoot;

    /// <summary>Thread group whose events are left out; 0 for none.</summary>
    public uint SelfTgid;

    /// <summary>Unread bytes in a ring from which on the reader is woken.</summary>
    public uint WakeBytes;

    public uint DropFailed;

    /// <summary>Bytes of a data argument that are copied, at most <see cref="LongestData"/>; 0 for none.</summary>
    public uint SnapLength;

    /// <summary>CPUs that the machine may have.</summary>
    public uint Cpus;

    /// <summary>Whether opens are held against the regions.</summary>
    public uint FilterOpens;

    /// <summary>0 where nothing preempts a hook; else the number of CPUs, and each hook has scratch memory of its own.</summary>
    public uint ScratchStride;

    /// <summary>By native number, first of the 64-bit ABI, then of the 32-bit one.</summary>
    public PerAbi Exits;
    public PerAbi Enters;

    public PerSocketCall SocketCallExits;
    public PerSocketCall SocketCallEnters;

    /// <summary>By native number like <see cref="Exits"/>: <c>ppm_sc</c> codes of the calls that have no event of their own.</summary>
    public CodesPerAbi Codes;

    /// <summary>The driver's <c>struct hooked_call</c>.</summary>
    public struct HookedCall
    {
        public ushort Event;
        public ushort Filler;

        /// <summary>Whether nobody can want one that failed.</summary>
        public ushort DropFailed;
    }

    [InlineArray(Calls)]
    public struct PerCall
    {
        private HookedCall first;
    }

    [InlineArray(2)]
    public struct PerAbi
    {
        private PerCall first;
    }

    [InlineArray(Calls)]
    public struct CodesPerCall
    {
        private ushort first;
    }

    [InlineArray(2)]
    public struct CodesPerAbi
    {
        private CodesPerCall first;
    }

    [InlineArray(SocketCalls)]
    public struct PerSocketCall
    {
        private HookedCall first;
    }
}

/// <summary>The driver's <c>struct region_key</c> (settings.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RegionKey
{
    /// <summary>Bits of <see cref="Text"/> that count.</summary>
    public uint Bits;
    public RegionText Text;

    /// <summary>The beginning of a path.</summary>
    [InlineArray(OpensLeftOut.LongestPath)]
    public struct RegionText
    {
        private byte first;
    }
}

/// <summary>The driver's <c>struct region</c> (settings.h).</summary>
/// <param name="Number">Which it is.</param>
/// <param name="Wanted">The driver's bits of <see cref="OpenClasses"/>: successful opens.</param>
/// <param name="WantedFailed">The same: failed opens.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Region(ushort Number, byte Wanted, byte WantedFailed);

/// <summary>The driver's <c>struct counters</c> (settings.h), one per CPU.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DriverCounters
{
    public ulong Seen;
    public ulong RingFull;
    public ulong TooLarge;
    public ulong Other;
    public ulong Unreadable;
    public ulong Truncated;
    public ulong Filtered;
}
