using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Saker.Detector.Events;

/// <summary>
/// One event in the wire format: a header of 26 bytes (time, thread, total length, type, number of parameters), the
/// parameters' lengths, their values. A view: no copy, no allocation. Every offset was checked when it was made, so that a
/// parameter never reaches outside the event. Parameters missing on the wire are absent, surplus ones are skipped.
/// </summary>
internal readonly ref struct EventView
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderSize = 26;

    /// <summary>Parameters that an event may have on the wire at most.</summary>
    public const int MaxParameters = 64;

    private readonly ReadOnlySpan<byte> bytes;

    private EventView(ReadOnlySpan<byte> bytes, EventDefinition definition, int count)
    {
        this.bytes = bytes;
        Definition = definition;
        Count = count;
    }

    /// <summary>The row of the event table.</summary>
    public EventDefinition Definition { get; }

    /// <summary>The event type.</summary>
    public EventType Type => (EventType)Definition.Number;

    /// <summary>When it happened, nanoseconds since 1970 (UTC).</summary>
    public ulong Timestamp => BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    /// <summary>The thread that it happened in, as the initial pid namespace counts.</summary>
    public long ThreadId => BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);

    /// <summary>
    /// True for what a capture tells of the machine between the events: users, groups and containers as they were found. It
    /// happened in no thread, and rules do not see it.
    /// </summary>
    public bool IsBookkeeping => ThreadId <= 0 && (Definition.Category & EventCategory.MetaEvent) != 0 && Type != EventType.AsynceventEnter;

    /// <summary>Parameters on the wire that the table knows.</summary>
    public int Count { get; }

    /// <summary>Checks the header and the lengths.</summary>
    /// <returns>False when the type is unknown or any length points outside <paramref name="bytes"/>.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out EventView view)
    {
        view = default;
        if (bytes.Length < HeaderSize)
        {
            return false;
        }

        var total = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
        var onWire = BinaryPrimitives.ReadUInt32LittleEndian(bytes[22..]);
        var definition = EventTable.Find(BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]));
        if (definition is null || total < HeaderSize || total > (uint)bytes.Length || onWire > MaxParameters)
        {
            return false;
        }

        bytes = bytes[..(int)total];
        var end = HeaderSize + (long)onWire * definition.LengthSize;
        if (end > total)
        {
            return false;
        }

        for (var i = 0; i < (int)onWire; i++)
        {
            end += LengthAt(bytes, definition, i);
        }

        if (end > total)
        {
            return false;
        }

        var count = Math.Min((int)onWire, definition.Parameters.Length);
        view = new EventView(bytes, definition, count);
        return true;
    }

    /// <summary>Views an event that <see cref="TryParse"/> accepted before, without checking it again.</summary>
    public static EventView Again(ReadOnlySpan<byte> bytes, EventDefinition definition, int count) => new(bytes, definition, count);

    /// <summary>The event's bytes up to its own length.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>A parameter's bytes; empty when it is absent, see <see cref="Has"/>.</summary>
    public ReadOnlySpan<byte> Parameter(int index)
    {
        if ((uint)index >= (uint)Count)
        {
            return default;
        }

        var onWire = BinaryPrimitives.ReadInt32LittleEndian(bytes[22..]);
        var offset = HeaderSize + onWire * Definition.LengthSize;
        for (var i = 0; i < index; i++)
        {
            offset += (int)LengthAt(bytes, Definition, i);
        }

        return bytes.Slice(offset, (int)LengthAt(bytes, Definition, index));
    }

    /// <summary>True when the parameter is on the wire and not empty.</summary>
    public bool Has(int index) => (uint)index < (uint)Count && LengthAt(bytes, Definition, index) > 0;

    /// <summary>A text parameter without its final zero byte.</summary>
    public ReadOnlySpan<byte> Text(int index) => CutAtZero(Parameter(index));

    /// <summary>An unsigned number of 1, 2, 4 or 8 bytes; false when it is absent or of another size.</summary>
    public bool TryUnsigned(int index, out ulong value) => TryUnsigned(Parameter(index), out value);

    /// <summary>A signed number of 1, 2, 4 or 8 bytes; false when it is absent or of another size.</summary>
    public bool TrySigned(int index, out long value)
    {
        var field = Parameter(index);
        var ok = TryUnsigned(field, out var bits);
        value = field.Length switch
        {
            1 => (sbyte)bits,
            2 => (short)bits,
            4 => (int)bits,
            _ => (long)bits,
        };
        return ok;
    }

    /// <summary>A signed number, or another when it is absent.</summary>
    public long Signed(int index, long absent = 0) => TrySigned(index, out var value) ? value : absent;

    /// <summary>An unsigned number, or another when it is absent.</summary>
    public ulong Unsigned(int index, ulong absent = 0) => TryUnsigned(index, out var value) ? value : absent;

    /// <summary>The call's result: false for events that have none.</summary>
    public bool TryResult(out long result)
    {
        result = 0;
        return Definition.ResultParameter >= 0 && TrySigned(Definition.ResultParameter, out result);
    }

    private static bool TryUnsigned(ReadOnlySpan<byte> field, out ulong value)
    {
        switch (field.Length)
        {
            case 1:
                value = field[0];
                return true;
            case 2:
                value = BinaryPrimitives.ReadUInt16LittleEndian(field);
                return true;
            case 4:
                value = BinaryPrimitives.ReadUInt32LittleEndian(field);
                return true;
            case 8:
                value = BinaryPrimitives.ReadUInt64LittleEndian(field);
                return true;
            default:
                value = 0;
                return false;
        }
    }

    /// <summary>Text up to its first zero byte.</summary>
    public static ReadOnlySpan<byte> CutAtZero(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)0);
        return end < 0 ? text : text[..end];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint LengthAt(ReadOnlySpan<byte> bytes, EventDefinition definition, int index) => definition.LengthSize == sizeof(ushort)
        ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[(HeaderSize + index * sizeof(ushort))..])
        : BinaryPrimitives.ReadUInt32LittleEndian(bytes[(HeaderSize + index * sizeof(uint))..]);
}
