using System.Buffers.Binary;
using System.Globalization;
using Saker.Files;

namespace Saker.Router.Log;

/// <summary>
/// The head of a segment file, little-endian: magic (8), version (4), CRC-32C over everything but itself (4), first position (8),
/// accept time of the last record before it (8). The file's name is the first position in 16 hexadecimal digits.
/// </summary>
internal static class SegmentFormat
{
    public const int HeaderSize = 32;
    public const uint Version = 1;
    public const string Extension = ".log";

    private const int CrcOffset = 12;

    public static ReadOnlySpan<byte> Magic => "SAKERLOG"u8;

    public static string FileName(long first) => first.ToString("x16", CultureInfo.InvariantCulture) + Extension;

    public static bool TryParseFileName(ReadOnlySpan<char> name, out long first)
    {
        first = 0;
        return name.Length == 16 + Extension.Length && name.EndsWith(Extension, StringComparison.Ordinal)
            && long.TryParse(name[..16], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out first) && first >= 0;
    }

    public static void WriteHeader(Span<byte> into, long first, long acceptedBefore)
    {
        Magic.CopyTo(into);
        BinaryPrimitives.WriteUInt32LittleEndian(into[8..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(into[16..], first);
        BinaryPrimitives.WriteInt64LittleEndian(into[24..], acceptedBefore);
        BinaryPrimitives.WriteUInt32LittleEndian(into[CrcOffset..], Checksum(into));
    }

    /// <summary>Reads a head. False: damaged, and the records must speak for themselves.</summary>
    /// <exception cref="InvalidDataException">A newer version wrote it; reading on would misread it.</exception>
    public static bool TryReadHeader(ReadOnlySpan<byte> bytes, out long first, out long acceptedBefore)
    {
        first = acceptedBefore = 0;
        if (bytes.Length < HeaderSize || !bytes.StartsWith(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(bytes[CrcOffset..]) != Checksum(bytes))
        {
            return false;
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (version != Version)
        {
            throw new InvalidDataException($"the segment has format {version}, and this router reads format {Version}; start the version that wrote it, or give another data directory.");
        }

        first = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
        acceptedBefore = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]);
        return true;
    }

    private static uint Checksum(ReadOnlySpan<byte> header) =>
        Crc32C.Compute(header[16..HeaderSize], Crc32C.Compute(header[..CrcOffset]));
}
