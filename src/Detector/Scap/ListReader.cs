using System.Buffers.Binary;

namespace Saker.Detector.Scap;

/// <summary>
/// Walks the values of a list entry. Reading past the end gives zeros and empty texts: lists grew over the years, and what an
/// older one lacks is absent.
/// </summary>
internal ref struct ListReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    /// <summary>True when nothing is left.</summary>
    public readonly bool AtEnd => rest.IsEmpty;

    /// <summary>The bytes that are left.</summary>
    public readonly ReadOnlySpan<byte> Rest => rest;

    /// <summary>The next byte.</summary>
    public byte U8() => Take(1, out var value) ? value[0] : (byte)0;

    /// <summary>The next number of 2 bytes.</summary>
    public ushort U16() => Take(2, out var value) ? BinaryPrimitives.ReadUInt16LittleEndian(value) : (ushort)0;

    /// <summary>The next number of 4 bytes.</summary>
    public uint U32() => Take(4, out var value) ? BinaryPrimitives.ReadUInt32LittleEndian(value) : 0;

    /// <summary>The next number of 8 bytes.</summary>
    public ulong U64() => Take(8, out var value) ? BinaryPrimitives.ReadUInt64LittleEndian(value) : 0;

    /// <summary>The next number of 8 bytes, signed.</summary>
    public long I64() => (long)U64();

    /// <summary>The next text: its length in 2 bytes, then its bytes.</summary>
    public ReadOnlySpan<byte> Text() => Bytes(U16());

    /// <summary>The next bytes; empty when fewer are left.</summary>
    public ReadOnlySpan<byte> Bytes(int count) => Take(count, out var value) ? value : default;

    /// <summary>
    /// The next entry of a list, which begins with its own length (4 bytes, counted with <paramref name="inclusive"/>); false
    /// at the end, and when the length is impossible.
    /// </summary>
    public bool TryEntry(bool inclusive, out ListReader entry)
    {
        entry = default;
        if (rest.Length < sizeof(uint))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(rest) + (inclusive ? 0L : sizeof(uint));
        if (length < sizeof(uint) || length > rest.Length)
        {
            return false;
        }

        entry = new ListReader(rest[sizeof(uint)..(int)length]);
        rest = rest[(int)length..];
        return true;
    }

    /// <summary>
    /// The next entry of an old list, which does not tell its length: all that is left, until <see cref="Continue"/> says
    /// where it ended. False when there is only padding.
    /// </summary>
    public readonly bool TryRest(out ListReader entry)
    {
        entry = this;
        return rest.Length >= sizeof(uint);
    }

    /// <summary>Goes on behind an entry of <see cref="TryRest"/>, which was read to its end.</summary>
    public void Continue(ListReader entry, bool hasLengths)
    {
        if (!hasLengths)
        {
            rest = entry.rest;
        }
    }

    private bool Take(int count, out ReadOnlySpan<byte> value)
    {
        if (rest.Length < count)
        {
            value = rest = default;
            return false;
        }

        value = rest[..count];
        rest = rest[count..];
        return true;
    }
}
