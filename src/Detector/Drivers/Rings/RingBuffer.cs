using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Saker.Detector.Capture;

namespace Saker.Detector.Drivers.Rings;

/// <summary>What stands at the reading end of a ring.</summary>
internal enum RingHead
{
    /// <summary>Nothing, as far as was looked.</summary>
    Empty,

    /// <summary>A record that its writer has not finished; it hides those behind it.</summary>
    Busy,

    /// <summary>An event.</summary>
    Event,
}

/// <summary>
/// The reading side of one BPF ring buffer, over its mapped memory: a page with our position, a page with the kernel's,
/// and the data mapped twice in a row, so that a record that wraps around is one span (kernel/bpf/ringbuf.c).
/// Only the kernel writes records; still, none is believed to be an event before its lengths add up.
/// </summary>
internal sealed unsafe class RingBuffer : IDisposable
{
    private const uint BusyBit = 1u << 31;
    private const uint DiscardBit = 1u << 30;
    private const int RecordHeader = 8;
    private const int EventHeader = 26;
    // The driver puts the number of the CPU behind the event (event.h).
    private const int CpuBytes = sizeof(ushort);

    private readonly byte* consumer;
    private readonly byte* producer;
    private readonly byte* data;
    private readonly ulong mask;
    private ulong read;
    private ulong written;
    private ulong after;

    /// <param name="fd">The ring's map; stays the caller's.</param>
    /// <param name="bytes">Its size.</param>
    /// <exception cref="EventSourceException">It cannot be mapped.</exception>
    public RingBuffer(int fd, int bytes)
    {
        var page = (nuint)Environment.SystemPageSize;
        mask = (ulong)bytes - 1;
        consumer = Libc.Map(null, page, Libc.ProtRead | Libc.ProtWrite, Libc.MapShared, fd, 0);
        if (consumer == (byte*)-1)
        {
            throw CannotMap();
        }

        producer = Libc.Map(null, page + (2 * (nuint)bytes), Libc.ProtRead, Libc.MapShared, fd, (long)page);
        if (producer == (byte*)-1)
        {
            var error = CannotMap();
            _ = Libc.Unmap(consumer, page);
            throw error;
        }

        data = producer + page;
        read = Volatile.Read(ref *(ulong*)consumer);
        after = read;
    }

    /// <summary>What <see cref="Look"/> found.</summary>
    public RingHead Head { get; private set; }

    /// <summary>The time of the event at the head, in nanoseconds of the wall clock.</summary>
    public ulong Time { get; private set; }

    /// <summary>Since when the head is busy, as the caller keeps it; 0 when it is not.</summary>
    public ulong BusySince { get; set; }

    /// <summary>The event at the head.</summary>
    public RawEvent Event { get; private set; }

    /// <summary>Records that were no whole event, and were left out.</summary>
    public long Malformed { get; private set; }

    /// <summary>Takes note of how far the kernel has written.</summary>
    public void Refresh() => written = Volatile.Read(ref *(ulong*)producer);

    /// <summary>Finds out what is at the head, up to where <see cref="Refresh"/> saw the kernel.</summary>
    public void Look()
    {
        while (read < written)
        {
            var record = data + (read & mask);
            var header = Volatile.Read(ref *(uint*)record);
            if ((header & BusyBit) != 0)
            {
                Head = RingHead.Busy;
                return;
            }

            var length = header & ~(BusyBit | DiscardBit);
            after = read + (((ulong)length + RecordHeader + 7) & ~7ul);
            if ((header & DiscardBit) == 0)
            {
                var bytes = record + RecordHeader;
                if (after <= written && length > CpuBytes && IsEvent(bytes, length - CpuBytes))
                {
                    var cpu = BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(bytes + length - CpuBytes, CpuBytes));
                    Event = new RawEvent(bytes, (int)length - CpuBytes, (short)cpu);
                    Time = *(ulong*)bytes;
                    Head = RingHead.Event;
                    BusySince = 0;
                    return;
                }

                Malformed++;
            }

            read = Math.Min(after, written);
        }

        Head = RingHead.Empty;
        BusySince = 0;
    }

    /// <summary>Steps over the event at the head. Its memory stays until <see cref="Release"/>.</summary>
    public void Take() => read = after;

    /// <summary>Gives the memory of all events taken so far back to the kernel.</summary>
    public void Release() => Volatile.Write(ref *(ulong*)consumer, read);

    public void Dispose()
    {
        _ = Libc.Unmap(consumer, (nuint)Environment.SystemPageSize);
        _ = Libc.Unmap(producer, (nuint)Environment.SystemPageSize + (2 * (nuint)(mask + 1)));
    }

    private static bool IsEvent(byte* address, uint length)
    {
        if (length < EventHeader)
        {
            return false;
        }

        var bytes = new ReadOnlySpan<byte>(address, (int)length);
        var parameters = BinaryPrimitives.ReadUInt32LittleEndian(bytes[22..]);
        var values = EventHeader + (2ul * parameters);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]) != length || values > length)
        {
            return false;
        }

        foreach (var size in MemoryMarshal.Cast<byte, ushort>(bytes.Slice(EventHeader, 2 * (int)parameters)))
        {
            values += size;
        }

        return values == length;
    }

    private static EventSourceException CannotMap() =>
        new($"A ring buffer cannot be mapped: {Marshal.GetLastPInvokeErrorMessage()}. Its size counts as this process's memory; a smaller buf_size_preset may help.");
}
