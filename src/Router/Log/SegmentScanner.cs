using System.Buffers;

namespace Saker.Router.Log;

/// <summary>What a step of a scan found.</summary>
internal enum ScanOutcome : byte
{
    /// <summary>An intact record.</summary>
    Record,

    /// <summary>A stretch that holds no intact record; the scan goes on behind it.</summary>
    Damage,

    /// <summary>Nothing more below the limit.</summary>
    End,
}

/// <summary>
/// Walks through a segment from a known place on. Believes a record only when its checksum is right and its position fits
/// where it lies, and searches byte by byte for the next one after damage. Holds one pooled buffer.
/// </summary>
internal sealed class SegmentScanner : IDisposable
{
    private const int WindowBytes = 64 << 10;
    private readonly IDataFile file;
    private byte[] window;
    private long windowStart;
    private int windowLength;
    private long goodOffset;
    private long expected;

    public SegmentScanner(IDataFile file, SegmentPlace start)
    {
        this.file = file;
        Offset = goodOffset = start.Offset;
        expected = start.Position;
        window = ArrayPool<byte>.Shared.Rent(WindowBytes);
    }

    /// <summary>Where the next step begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Where the last step began: the record's or the damage's first byte.</summary>
    public long StepOffset { get; private set; }

    /// <summary>The next record or damage below <paramref name="limit"/>. The payload is valid until the next call.</summary>
    public ScanOutcome Next(long limit, out RecordHeader header, out ReadOnlySpan<byte> payload)
    {
        header = default;
        payload = default;
        StepOffset = Offset;
        if (Offset >= limit)
        {
            return ScanOutcome.End;
        }

        if (!TryRecordAt(Offset, limit, out header))
        {
            Offset = FindRecord(Offset + 1, limit);
            return ScanOutcome.Damage;
        }

        payload = window.AsSpan((int)(Offset - windowStart) + RecordFormat.HeaderSize, header.Length);
        Offset += RecordFormat.SizeOf(header.Length);
        goodOffset = Offset;
        expected = header.Position + 1;
        return ScanOutcome.Record;
    }

    public void Dispose()
    {
        file.Dispose();
        if (window.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(window);
        }

        window = [];
    }

    private bool TryRecordAt(long offset, long limit, out RecordHeader header)
    {
        header = default;
        if (limit - offset < RecordFormat.HeaderSize || !Fill(offset, RecordFormat.HeaderSize, limit))
        {
            return false;
        }

        if (!RecordFormat.TryReadHeader(window.AsSpan((int)(offset - windowStart), RecordFormat.HeaderSize), out header))
        {
            return false;
        }

        var size = RecordFormat.SizeOf(header.Length);

        // Positions in a segment have no gaps, so that a stretch of damage can hide only as many records as have room in it.
        var hidden = header.Position - expected;
        if (hidden < 0 || hidden > (offset - goodOffset) / RecordFormat.HeaderSize || size > limit - offset)
        {
            return false;
        }

        return Fill(offset, size, limit) && RecordFormat.IsIntact(window.AsSpan((int)(offset - windowStart), size));
    }

    private long FindRecord(long offset, long limit)
    {
        while (limit - offset >= RecordFormat.HeaderSize)
        {
            if (!Fill(offset, RecordFormat.HeaderSize, limit))
            {
                return limit;
            }

            var at = (int)(offset - windowStart);
            var found = window.AsSpan(at, windowLength - at).IndexOf(RecordFormat.Magic);
            if (found < 0)
            {
                offset = windowStart + windowLength - (RecordFormat.Magic.Length - 1);
                continue;
            }

            offset += found;
            if (TryRecordAt(offset, limit, out _))
            {
                return offset;
            }

            offset++;
        }

        return limit;
    }

    /// <summary>Has <paramref name="count"/> bytes from <paramref name="offset"/> in the window; false when the file is shorter.</summary>
    private bool Fill(long offset, int count, long limit)
    {
        if (offset >= windowStart && offset + count <= windowStart + windowLength)
        {
            return true;
        }

        if (window.Length < count || (window.Length > WindowBytes * 4 && count <= WindowBytes))
        {
            ArrayPool<byte>.Shared.Return(window);
            window = ArrayPool<byte>.Shared.Rent(Math.Max(count, WindowBytes));
        }

        var wanted = (int)Math.Min(Math.Max(count, WindowBytes), limit - offset);
        windowStart = offset;
        windowLength = file.Read(window.AsSpan(0, wanted), offset);
        return windowLength >= count;
    }
}
