namespace Saker.Conditions.Runtime;

/// <summary>A fixed set of texts, asked with bytes: open addressing, nothing allocated by a question.</summary>
internal sealed class ByteSet
{
    private readonly byte[]?[] slots;
    private readonly int mask;
    private readonly ulong lengths;

    public ByteSet(IReadOnlyCollection<byte[]> members)
    {
        var size = 4;
        while (size < members.Count * 2)
        {
            size *= 2;
        }

        slots = new byte[]?[size];
        mask = size - 1;
        foreach (var member in members)
        {
            lengths |= LengthBit(member.Length);
            slots[Slot(member)] = member;
        }
    }

    /// <summary>True when the value is a member.</summary>
    public bool Contains(ReadOnlySpan<byte> value) => (lengths & LengthBit(value.Length)) != 0 && slots[Slot(value)] is not null;

    private static ulong LengthBit(int length) => 1UL << (length & 63);

    // The slot of the value, or the free one where it would be; there is always a free one.
    private int Slot(ReadOnlySpan<byte> value)
    {
        var hash = 2166136261;
        foreach (var b in value)
        {
            hash = (hash ^ b) * 16777619;
        }

        var slot = (int)(hash ^ (hash >> 15)) & mask;
        while (slots[slot] is { } present && !present.AsSpan().SequenceEqual(value))
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }
}
