using System.Buffers.Binary;

namespace Saker.Detector.Events;

/// <summary>
/// Walks a parameter of the type FDLIST: a count in 2 bytes, then 8 bytes of a descriptor and 2 of what is waited for each.
/// What is cut off is left out.
/// </summary>
internal ref struct PolledDescriptors(ReadOnlySpan<byte> bytes)
{
    private const int EntrySize = sizeof(long) + sizeof(short);

    private ReadOnlySpan<byte> rest = bytes[Math.Min(bytes.Length, sizeof(ushort))..];

    /// <summary>The descriptor's number.</summary>
    public long Current { get; private set; }

    /// <summary>What is waited for, in the driver's values.</summary>
    public ushort Awaited { get; private set; }

    /// <summary>The walker itself.</summary>
    public readonly PolledDescriptors GetEnumerator() => this;

    /// <summary>Steps to the next descriptor.</summary>
    public bool MoveNext()
    {
        if (rest.Length < EntrySize)
        {
            return false;
        }

        Current = BinaryPrimitives.ReadInt64LittleEndian(rest);
        Awaited = BinaryPrimitives.ReadUInt16LittleEndian(rest[sizeof(long)..]);
        rest = rest[EntrySize..];
        return true;
    }
}
