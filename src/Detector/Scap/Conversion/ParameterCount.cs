using System.Buffers.Binary;
using Saker.Detector.Events;

namespace Saker.Detector.Scap.Conversion;

/// <summary>
/// The count of parameters that old blocks leave out. It follows from the event's length: with one parameter more there are
/// two bytes more of lengths and at least none of values, so that at most one count fits.
/// </summary>
internal static class ParameterCount
{
    /// <summary>Bytes of the count.</summary>
    public const int Size = sizeof(uint);

    private const int ShortHeader = EventView.HeaderSize - Size;

    // Their length was written three bytes too long.
    private const ushort Notification = 280, Infrastructure = 286;

    /// <summary>
    /// Puts the count into an event that lies <see cref="Size"/> bytes behind the beginning of <paramref name="bytes"/>, and
    /// moves the header there; false when no count fits, or the type is unknown.
    /// </summary>
    public static bool TryInsert(Span<byte> bytes)
    {
        if (bytes.Length < EventView.HeaderSize)
        {
            return false;
        }

        bytes.Slice(Size, ShortHeader).CopyTo(bytes);
        var total = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]) + (long)Size;
        var type = BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]);
        if (type is Notification or Infrastructure)
        {
            total -= 3;
        }

        if (EventTable.Find(type) is not { } definition || total < EventView.HeaderSize || total > bytes.Length)
        {
            return false;
        }

        var count = Of(bytes[EventView.HeaderSize..(int)total], definition);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], (uint)total);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[22..], (uint)Math.Max(count, 0));
        return count >= 0;
    }

    /// <summary>How many parameters fill exactly these bytes of lengths and values; -1 when no count does.</summary>
    private static int Of(ReadOnlySpan<byte> parameters, EventDefinition definition)
    {
        var filled = 0L;
        for (var count = 0; filled <= parameters.Length; count++)
        {
            if (filled == parameters.Length)
            {
                return count;
            }

            var at = count * sizeof(ushort);
            if (count == definition.Parameters.Length || at + sizeof(ushort) > parameters.Length)
            {
                return -1;
            }

            filled += sizeof(ushort) + BinaryPrimitives.ReadUInt16LittleEndian(parameters[at..]);
        }

        return -1;
    }
}
