using System.Buffers.Binary;
using System.Numerics;

namespace Saker.Files;

/// <summary>CRC-32C (Castagnoli), as in iSCSI and ext4; the processor has an instruction for it.</summary>
internal static class Crc32C
{
    /// <summary>The checksum of <paramref name="data"/>, continuing one that <see cref="Compute"/> gave for the bytes before.</summary>
    public static uint Compute(ReadOnlySpan<byte> data, uint before = 0)
    {
        var crc = ~before;
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        }

        foreach (var value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
