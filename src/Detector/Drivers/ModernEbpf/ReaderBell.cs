using System.Runtime.InteropServices;
using Saker.Detector.Capture;

namespace Saker.Detector.Drivers.ModernEbpf;

/// <summary>Tells the driver that nobody looks at the rings for a while, so that the next event wakes the reader: the driver's <c>reader_rests</c>.</summary>
internal sealed unsafe class ReaderBell : IDisposable
{
    private readonly nuint page = (nuint)Environment.SystemPageSize;
    private readonly uint* rests;

    /// <param name="fd">The map of the driver's variables; stays the caller's.</param>
    /// <exception cref="EventSourceException">It cannot be mapped.</exception>
    public ReaderBell(int fd)
    {
        rests = (uint*)Libc.Map(null, page, Libc.ProtRead | Libc.ProtWrite, Libc.MapShared, fd, 0);
        if (rests == (uint*)-1)
        {
            throw new EventSourceException($"The driver's variables cannot be mapped: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    /// <summary>From now on the next event wakes the reader. What came before must be looked for after this.</summary>
    public void Arm()
    {
        Volatile.Write(ref *rests, 1);
        Interlocked.MemoryBarrier();
    }

    /// <summary>The reader looks by itself again.</summary>
    public void Disarm() => Volatile.Write(ref *rests, 0);

    public void Dispose() => _ = Libc.Unmap((byte*)rests, page);
}
