using System.Buffers.Binary;
using System.Text;

namespace Saker.Detector.Events;

/// <summary>Writes events in the wire format of the drivers.</summary>
internal static class WireEvent
{
    /// <summary>Bytes of a value at most, which is what fits into an event of the driver.</summary>
    public const int MaxValueBytes = 60_000;

    /// <summary>An event, at a fixed address.</summary>
    /// <param name="definition">Its type.</param>
    /// <param name="time">When it happened, nanoseconds since 1970.</param>
    /// <param name="thread">The thread.</param>
    /// <param name="values">The value of each parameter; null for one that is absent.</param>
    public static byte[] Write(EventDefinition definition, ulong time, long thread, IReadOnlyList<byte[]?> values)
    {
        var start = EventView.HeaderSize + (values.Count * definition.LengthSize);
        var bytes = GC.AllocateArray<byte>(start + values.Sum(static value => value?.Length ?? 0), pinned: true);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, time);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), thread);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(20), (ushort)definition.Number);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), values.Count);
        var at = start;
        foreach (var (index, value) in values.Index())
        {
            var length = bytes.AsSpan(EventView.HeaderSize + (index * definition.LengthSize));
            if (definition.LengthSize == sizeof(uint))
            {
                BinaryPrimitives.WriteInt32LittleEndian(length, value?.Length ?? 0);
            }
            else
            {
                BinaryPrimitives.WriteUInt16LittleEndian(length, checked((ushort)(value?.Length ?? 0)));
            }

            value?.CopyTo(bytes, at);
            at += value?.Length ?? 0;
        }

        return bytes;
    }

    /// <summary>A number as a parameter of that type has it.</summary>
    public static byte[] Number(ParameterType type, long value) => BitConverter.GetBytes(value)[..SizeOf(type)];

    /// <summary>A text as parameters have it: with a zero behind it.</summary>
    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + '\0');

    /// <summary>Bytes of a number of that type; 0 for what is no number.</summary>
    public static int SizeOf(ParameterType type) => type switch
    {
        ParameterType.UInt8 or ParameterType.Int8 or ParameterType.Flags8 or ParameterType.EnumFlags8 or ParameterType.SigType
            or ParameterType.L4Proto or ParameterType.SockFamily => 1,
        ParameterType.UInt16 or ParameterType.Int16 or ParameterType.Flags16 or ParameterType.EnumFlags16 or ParameterType.SyscallId or ParameterType.Port => 2,
        ParameterType.UInt32 or ParameterType.Int32 or ParameterType.Flags32 or ParameterType.EnumFlags32 or ParameterType.Uid or ParameterType.Gid
            or ParameterType.Mode or ParameterType.Fd32 or ParameterType.Pid32 or ParameterType.Bool or ParameterType.SigSet => 4,
        ParameterType.Int64 or ParameterType.UInt64 or ParameterType.Errno or ParameterType.Fd or ParameterType.Pid or ParameterType.RelTime
            or ParameterType.AbsTime => 8,
        _ => 0,
    };
}
