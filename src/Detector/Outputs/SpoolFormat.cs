using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Saker.Alerts;
using Saker.Files;

namespace Saker.Detector.Outputs;

/// <summary>
/// The bytes of a spool. A file begins with a mark; then come records: checksum (CRC-32C of all that follows), length of the line, form
/// (bit 0: JSON; bits 1 to 3: priority), and the line. The position is the number of a file, a place in it, and a checksum.
/// All numbers are little-endian. Never changed; another form gets another mark.
/// </summary>
internal static class SpoolFormat
{
    public const int MarkBytes = 8;
    public const int PositionBytes = 20;

    /// <summary>The largest number of a file: there are always larger ones for those that follow it.</summary>
    public const long LargestNumber = long.MaxValue / 2;

    private const int HeadBytes = 9;

    // Far more than the largest event makes.
    private const int LongestLine = 64 << 20;

    // Behind a damaged place the next record is looked for so far: further than one of our files goes.
    private const long SearchedBytes = 16 << 20;
    private const int LargestForm = 15;

    public static ReadOnlySpan<byte> Mark => "SAKSPL01"u8;

    /// <summary>An alert as a record.</summary>
    public static byte[] Record(AlertLine alert)
    {
        var record = new byte[HeadBytes + alert.Line.Length];
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), alert.Line.Length);
        record[8] = (byte)((alert.IsJson ? 1 : 0) | ((int)alert.Priority << 1));
        alert.Line.Span.CopyTo(record.AsSpan(HeadBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(record, Crc32C.Compute(record.AsSpan(4)));
        return record;
    }

    /// <summary>The whole and undamaged record at a place of a file; null where there is none.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offset">The place.</param>
    /// <param name="end">Where the file ends; never more than what is before it is read.</param>
    public static byte[]? Read(SafeFileHandle file, long offset, long end)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        if (end - offset < HeadBytes || RandomAccess.Read(file, head, offset) < HeadBytes)
        {
            return null;
        }

        var line = BinaryPrimitives.ReadInt32LittleEndian(head[4..]);
        if (line is < 0 or > LongestLine || line > end - offset - HeadBytes)
        {
            return null;
        }

        var record = new byte[HeadBytes + line];
        return RandomAccess.Read(file, record, offset) == record.Length && IsGood(record) ? record : null;
    }

    /// <summary>The next whole and undamaged record at a place of a file or behind it; null where there is none.</summary>
    /// <param name="file">The file.</param>
    /// <param name="from">The place.</param>
    /// <param name="end">Where the file ends; never more than what is before it is read.</param>
    public static long? Find(SafeFileHandle file, long from, long end)
    {
        var window = new byte[64 << 10];
        var last = Math.Min(end, from + SearchedBytes);
        for (var at = from; at < last;)
        {
            var bytes = window.AsSpan(0, RandomAccess.Read(file, window.AsSpan(0, (int)Math.Min(window.Length, end - at)), at));
            for (var i = 0; i + HeadBytes <= bytes.Length; i++)
            {
                if (MayBegin(bytes[i..], end - at - i) && Read(file, at + i, end) is not null)
                {
                    return at + i;
                }
            }

            if (bytes.Length <= HeadBytes)
            {
                return null;
            }

            at += bytes.Length - HeadBytes + 1;
        }

        return null;
    }

    /// <summary>Whether a file begins as ours do.</summary>
    public static bool HasMark(SafeFileHandle file)
    {
        Span<byte> mark = stackalloc byte[MarkBytes];
        return RandomAccess.Read(file, mark, 0) == MarkBytes && mark.SequenceEqual(Mark);
    }

    /// <summary>The alert of a whole record.</summary>
    public static AlertLine Alert(ReadOnlySpan<byte> record) =>
        new(record[HeadBytes..].ToArray(), (record[8] & 1) != 0, (Priority)((record[8] >> 1) & 7));

    // No alert is empty, so that a run of zeros is none.
    private static bool MayBegin(ReadOnlySpan<byte> head, long room) =>
        BinaryPrimitives.ReadInt32LittleEndian(head[4..]) is > 0 and <= LongestLine and var line && line <= room - HeadBytes && head[8] <= LargestForm;

    private static bool IsGood(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadUInt32LittleEndian(record) == Crc32C.Compute(record[4..]);

    public static byte[] Position(long file, long offset)
    {
        var bytes = new byte[PositionBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, file);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), offset);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), Crc32C.Compute(bytes.AsSpan(0, 16)));
        return bytes;
    }

    /// <summary>Reads a position; false when it is none.</summary>
    public static bool TryReadPosition(ReadOnlySpan<byte> bytes, out long file, out long offset)
    {
        (file, offset) = (0, 0);
        if (bytes.Length < PositionBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]) != Crc32C.Compute(bytes[..16]))
        {
            return false;
        }

        file = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        offset = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        return file is >= 0 and <= LargestNumber;
    }
}
