using System.Buffers.Binary;
using Saker.Detector.Capture;
using Saker.Detector.Drivers.Rings;

namespace Saker.Detector.Kernel.Tests;

/// <summary>When the events of several rings may be handed out, over rings that the test writes as the kernel would.</summary>
public sealed class RingOrder : IDisposable
{
    private const ulong Now = 1_000_000_000;
    private readonly WrittenRing one = new();
    private readonly WrittenRing other = new();
    private readonly RingMerger merger;

    public RingOrder() => merger = new RingMerger([one.Ring, other.Ring]);

    [Fact]
    public void Unfinished_record_holds_back_what_may_be_later_until_it_is_finished()
    {
        var unfinished = one.Add(Now - 10, finished: false);
        one.Add(Now - 1);
        other.Add(Now - RingMerger.InFlight);
        other.Add(Now - 5);
        Assert.Equal([Now - RingMerger.InFlight], Take(Now));
        Assert.True(merger.Holds);
        Assert.Empty(Take(Now + (RingMerger.LongestHold / 2)));
        one.Finish(unfinished);
        Assert.Equal([Now - 10, Now - 5], Take(Now + (RingMerger.LongestHold / 2)).Take(2));
    }

    [Fact]
    public void Record_that_is_never_finished_holds_back_for_a_bounded_time()
    {
        one.Add(Now - 10, finished: false);
        other.Add(Now - 5);
        Assert.Empty(Take(Now));
        Assert.Empty(Take(Now + RingMerger.LongestHold));
        Assert.Equal([Now - 5], Take(Now + RingMerger.LongestHold + 1));
    }

    [Fact]
    public void Empty_ring_holds_back_only_what_it_may_still_get_before()
    {
        other.Add(Now - RingMerger.InFlight + 1);
        Assert.Empty(Take(Now));
        Assert.Equal([Now - RingMerger.InFlight + 1], Take(Now + 1));
        Assert.False(merger.Holds);
    }

    public void Dispose()
    {
        one.Dispose();
        other.Dispose();
    }

    private List<ulong> Take(ulong now)
    {
        var into = new RawEvent[16];
        var count = merger.Take(into, now);
        var times = new List<ulong>();
        foreach (var raw in into.AsSpan(0, count))
        {
            times.Add(BinaryPrimitives.ReadUInt64LittleEndian(raw.Bytes));
        }

        return times;
    }

    /// <summary>A file laid out like a BPF ring: our page, the kernel's page, the data (which these tests never wrap).</summary>
    private sealed class WrittenRing : IDisposable
    {
        private const int Bytes = 4096;
        private const int EventBytes = 26;
        private const int RecordBytes = EventBytes + sizeof(ushort);
        private const uint BusyBit = 1u << 31;
        private static readonly int Page = Environment.SystemPageSize;
        private readonly FileStream file = new(
            Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0, FileOptions.DeleteOnClose);

        private ulong written;

        public WrittenRing()
        {
            file.SetLength((2 * Page) + (2 * Bytes));
            Ring = new RingBuffer((int)file.SafeFileHandle.DangerousGetHandle(), Bytes);
        }

        public RingBuffer Ring { get; }

        /// <summary>Writes an event without parameters; returns where its record stands.</summary>
        public ulong Add(ulong time, bool finished = true)
        {
            Span<byte> record = stackalloc byte[40];
            record.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(record, RecordBytes | (finished ? 0 : BusyBit));
            BinaryPrimitives.WriteUInt64LittleEndian(record[8..], time);
            BinaryPrimitives.WriteUInt32LittleEndian(record[24..], EventBytes);
            var at = written;
            Write((2 * Page) + (long)at, record);
            written += (ulong)record.Length;
            Span<byte> position = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(position, written);
            Write(Page, position);
            return at;
        }

        public void Finish(ulong at)
        {
            Span<byte> header = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32LittleEndian(header, RecordBytes);
            Write((2 * Page) + (long)at, header);
        }

        public void Dispose()
        {
            Ring.Dispose();
            file.Dispose();
        }

        private void Write(long at, ReadOnlySpan<byte> bytes) => RandomAccess.Write(file.SafeFileHandle, bytes, at);
    }
}
