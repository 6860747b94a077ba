using System.Buffers.Binary;
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
    public const int HeadBytes = 9;
    public const int PositionBytes = 20;

    // Far more than the largest event makes.
    private const int LongestLine = 64 << 20;

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

    /// <summary>The length of the whole record that <paramref name="head"/> begins; 0 for none.</summary>
    public static int LengthOf(ReadOnlySpan<byte> head)
    {
        var line = head.Length < HeadBytes ? -1 : BinaryPrimitives.ReadInt32LittleEndian(head[4..]);
        return line is < 0 or > LongestLine ? 0 : HeadBytes + line;
    }

    /// <summary>Whether a whole record is undamaged.</summary>
    public static bool IsGood(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadUInt32LittleEndian(record) == Crc32C.Compute(record[4..]);

    /// <summary>The alert of a whole record.</summary>
    public static AlertLine Alert(ReadOnlySpan<byte> record) =>
        new(record[HeadBytes..].ToArray(), (record[8] & 1) != 0, (Priority)((record[8] >> 1) & 7));

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
        return true;
    }
}
