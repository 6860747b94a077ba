using System.Buffers.Binary;
using Saker.Files;

namespace Saker.Router.Log;

/// <summary>What a record holds. The numbers are on disks: never change one, only add.</summary>
internal enum RecordKind : byte
{
    /// <summary>An alert as JSON.</summary>
    Alert = 1, /* next: 2 */
}

/// <summary>The head of a record.</summary>
internal readonly record struct RecordHeader(RecordKind Kind, int Length, long Position, long AcceptedNanoseconds);

/// <summary>
/// A record on disk, little-endian: magic (4), version (1), kind (1), zero (2), payload length (4), CRC-32C over everything
/// but itself (4), position (8), accept time (8), payload. The magic begins with a byte that valid UTF-8 never has, so
/// that no alert can carry a forged record into a salvage.
/// </summary>
internal static class RecordFormat
{
    public const int HeaderSize = 32;
    public const byte Version = 1;

    /// <summary>A body of 16 MiB, which HTTP takes by default, and as much again for what enrichment adds.</summary>
    public const int MaxPayload = 32 << 20;

    private const int CrcOffset = 12;
    private const int AfterCrc = CrcOffset + sizeof(uint);

    public static ReadOnlySpan<byte> Magic => [0xFF, (byte)'S', (byte)'K', (byte)'R'];

    public static int SizeOf(int payloadLength) => HeaderSize + payloadLength;

    /// <summary>Writes a record to the start of <paramref name="into"/>. Allocates nothing: it runs once per alert.</summary>
    public static void Write(Span<byte> into, in RecordHeader header, ReadOnlySpan<byte> payload)
    {
        Magic.CopyTo(into);
        into[4] = Version;
        into[5] = (byte)header.Kind;
        into[6] = 0;
        into[7] = 0;
        BinaryPrimitives.WriteInt32LittleEndian(into[8..], payload.Length);
        BinaryPrimitives.WriteInt64LittleEndian(into[16..], header.Position);
        BinaryPrimitives.WriteInt64LittleEndian(into[24..], header.AcceptedNanoseconds);
        payload.CopyTo(into[HeaderSize..]);
        BinaryPrimitives.WriteUInt32LittleEndian(into[CrcOffset..], Checksum(into[..SizeOf(payload.Length)]));
    }

    /// <summary>Reads a head of which nothing is believed yet but its shape; the checksum needs the whole record.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> bytes, out RecordHeader header)
    {
        header = default;
        if (bytes.Length < HeaderSize || !bytes.StartsWith(Magic) || bytes[4] != Version || bytes[5] != (byte)RecordKind.Alert || bytes[6] != 0 || bytes[7] != 0)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        var position = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
        if (length is < 0 or > MaxPayload || position < 0)
        {
            return false;
        }

        header = new RecordHeader((RecordKind)bytes[5], length, position, BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]));
        return true;
    }

    /// <summary>True when the checksum of a whole record is right.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> record) =>
        BinaryPrimitives.ReadUInt32LittleEndian(record[CrcOffset..]) == Checksum(record);

    private static uint Checksum(ReadOnlySpan<byte> record) => Crc32C.Compute(record[AfterCrc..], Crc32C.Compute(record[..CrcOffset]));
}
