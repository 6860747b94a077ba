using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Saker.Conditions.Values;

/// <summary>What a <see cref="Value"/> holds.</summary>
public enum ValueKind : byte
{
    /// <summary>The field is absent: every comparison with it is false.</summary>
    None,

    /// <summary>A truth value.</summary>
    Bool,

    /// <summary>A signed number.</summary>
    Int64,

    /// <summary>An unsigned number.</summary>
    UInt64,

    /// <summary>A floating-point number.</summary>
    Float64,

    /// <summary>Text or a buffer: bytes, usually UTF-8, never assumed to be valid.</summary>
    Bytes,

    /// <summary>An IP address: 4 or 16 bytes in network order.</summary>
    Address,

    /// <summary>An IP network: 4 or 16 bytes in network order and a prefix length.</summary>
    Network,

    /// <summary>Several values of one kind.</summary>
    List,
}

/// <summary>
/// A field's value while a condition is evaluated: no boxing, no strings. Bytes are views of the event, of the state or
/// of a literal; they live as long as the evaluation.
/// </summary>
public readonly ref struct Value
{
    private readonly ReadOnlySpan<byte> bytes;
    private readonly long bits;

    private Value(ValueKind kind, ValueKind elementKind, long bits, ReadOnlySpan<byte> bytes)
    {
        Kind = kind;
        ElementKind = elementKind;
        this.bits = bits;
        this.bytes = bytes;
    }

    /// <summary>What this value is.</summary>
    public ValueKind Kind { get; }

    /// <summary>What the members of a <see cref="ValueKind.List"/> are; <see cref="ValueKind.None"/> otherwise.</summary>
    public ValueKind ElementKind { get; }

    /// <summary>False for a field that is absent.</summary>
    public bool Exists => Kind != ValueKind.None;

    /// <summary>The truth value.</summary>
    public bool AsBool => bits != 0;

    /// <summary>The signed number.</summary>
    public long AsInt64 => bits;

    /// <summary>The unsigned number.</summary>
    public ulong AsUInt64 => (ulong)bits;

    /// <summary>The floating-point number.</summary>
    public double AsFloat64 => BitConverter.Int64BitsToDouble(bits);

    /// <summary>The bytes of text, of an address, or of a network's address.</summary>
    public ReadOnlySpan<byte> AsBytes => bytes;

    /// <summary>The prefix length of a network.</summary>
    public int PrefixLength => (int)bits;

    /// <summary>The members of a list.</summary>
    public ValueList AsList => new(ElementKind, bytes);

    /// <summary>An absent value.</summary>
    public static Value None => default;

    /// <summary>A truth value.</summary>
    public static Value Bool(bool value) => new(ValueKind.Bool, ValueKind.None, value ? 1 : 0, default);

    /// <summary>A signed number.</summary>
    public static Value Int64(long value) => new(ValueKind.Int64, ValueKind.None, value, default);

    /// <summary>An unsigned number.</summary>
    public static Value UInt64(ulong value) => new(ValueKind.UInt64, ValueKind.None, (long)value, default);

    /// <summary>A floating-point number.</summary>
    public static Value Float64(double value) => new(ValueKind.Float64, ValueKind.None, BitConverter.DoubleToInt64Bits(value), default);

    /// <summary>Text or a buffer.</summary>
    public static Value Bytes(ReadOnlySpan<byte> value) => new(ValueKind.Bytes, ValueKind.None, 0, value);

    /// <summary>An address of 4 or 16 bytes in network order.</summary>
    public static Value Address(ReadOnlySpan<byte> address) => new(ValueKind.Address, ValueKind.None, 0, address);

    /// <summary>A network: 4 or 16 bytes in network order, and its prefix length.</summary>
    public static Value Network(ReadOnlySpan<byte> address, int prefixLength) => new(ValueKind.Network, ValueKind.None, prefixLength, address);

    /// <summary>
    /// A value from the parts of another (<see cref="Kind"/>, <see cref="ElementKind"/>, <see cref="AsInt64"/>,
    /// <see cref="AsBytes"/>), for those who remember values between evaluations.
    /// </summary>
    public static Value FromParts(ValueKind kind, ValueKind elementKind, long bits, ReadOnlySpan<byte> bytes) => new(kind, elementKind, bits, bytes);

    /// <summary>A list of values of one kind, packed by <see cref="ValueListWriter"/>.</summary>
    public static Value List(ValueKind elementKind, ReadOnlySpan<byte> packed) => new(ValueKind.List, elementKind, 0, packed);
}

/// <summary>
/// The members of a list value, packed: each has a length (i32, little-endian) and its bytes. Numbers and truth values
/// take 8 bytes, little-endian; addresses 4 or 16.
/// </summary>
public readonly ref struct ValueList(ValueKind elementKind, ReadOnlySpan<byte> packed)
{
    private readonly ReadOnlySpan<byte> packed = packed;

    /// <summary>True when the list has no member.</summary>
    public bool IsEmpty => packed.IsEmpty;

    /// <summary>Walks the members.</summary>
    public Enumerator GetEnumerator() => new(elementKind, packed);

    /// <summary>Walks the members of a packed list.</summary>
    public ref struct Enumerator(ValueKind elementKind, ReadOnlySpan<byte> packed)
    {
        private ReadOnlySpan<byte> rest = packed;
        private ReadOnlySpan<byte> current;

        /// <summary>The member under the cursor.</summary>
        public readonly Value Current => elementKind switch
        {
            ValueKind.Bool => Value.Bool(Number != 0),
            ValueKind.Int64 => Value.Int64(Number),
            ValueKind.UInt64 => Value.UInt64((ulong)Number),
            ValueKind.Float64 => Value.Float64(BitConverter.Int64BitsToDouble(Number)),
            ValueKind.Address => Value.Address(current),
            _ => Value.Bytes(current),
        };

        private readonly long Number => BinaryPrimitives.ReadInt64LittleEndian(current);

        /// <summary>Steps to the next member.</summary>
        public bool MoveNext()
        {
            if (rest.Length < sizeof(int))
            {
                return false;
            }

            var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            current = rest.Slice(sizeof(int), length);
            rest = rest[(sizeof(int) + length)..];
            return true;
        }
    }
}

/// <summary>Packs list members into a buffer that the caller owns. What does not fit is left out, and <see cref="Overflowed"/> says so.</summary>
public ref struct ValueListWriter(Span<byte> buffer)
{
    private readonly Span<byte> buffer = buffer;
    private int length;

    /// <summary>True when a member did not fit.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>What was packed so far.</summary>
    public readonly ReadOnlySpan<byte> Packed => buffer[..length];

    /// <summary>Adds text or an address.</summary>
    public void Add(scoped ReadOnlySpan<byte> member)
    {
        if (Reserve(member.Length, out var target))
        {
            member.CopyTo(target);
        }
    }

    /// <summary>Adds a number (a truth value as 0 or 1, a double by its bits).</summary>
    public void Add(long member)
    {
        if (Reserve(sizeof(long), out var target))
        {
            BinaryPrimitives.WriteInt64LittleEndian(target, member);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Reserve(int size, out Span<byte> target)
    {
        if (buffer.Length - length < sizeof(int) + size)
        {
            Overflowed = true;
            target = default;
            return false;
        }

        BinaryPrimitives.WriteInt32LittleEndian(buffer[length..], size);
        target = buffer.Slice(length + sizeof(int), size);
        length += sizeof(int) + size;
        return true;
    }
}
