using System.Buffers;
using System.Buffers.Binary;

namespace Saker.Detector.Scap;

/// <summary>Puts the values of blocks and list entries together, as <see cref="ListReader"/> takes them apart.</summary>
internal sealed class ListWriter
{
    private readonly ArrayBufferWriter<byte> buffer = new(64 * 1024);

    /// <summary>What was written since <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Written => buffer.WrittenSpan;

    /// <summary>Forgets everything.</summary>
    public void Clear() => buffer.ResetWrittenCount();

    /// <summary>A byte.</summary>
    public ListWriter U8(byte value)
    {
        buffer.GetSpan(1)[0] = value;
        buffer.Advance(1);
        return this;
    }

    /// <summary>A number of 2 bytes.</summary>
    public ListWriter U16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.GetSpan(sizeof(ushort)), value);
        buffer.Advance(sizeof(ushort));
        return this;
    }

    /// <summary>A number of 4 bytes.</summary>
    public ListWriter U32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.GetSpan(sizeof(uint)), value);
        buffer.Advance(sizeof(uint));
        return this;
    }

    /// <summary>A number of 8 bytes.</summary>
    public ListWriter U64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.GetSpan(sizeof(ulong)), value);
        buffer.Advance(sizeof(ulong));
        return this;
    }

    /// <summary>A signed number of 8 bytes.</summary>
    public ListWriter I64(long value) => U64((ulong)value);

    /// <summary>Bytes as they are.</summary>
    public ListWriter Bytes(ReadOnlySpan<byte> value)
    {
        buffer.Write(value);
        return this;
    }

    /// <summary>A text: its length in 2 bytes, then its bytes; cut to what the length can say.</summary>
    public ListWriter Text(ReadOnlySpan<byte> value)
    {
        value = value[..Math.Min(value.Length, ushort.MaxValue)];
        return U16((ushort)value.Length).Bytes(value);
    }

    /// <summary>Texts that each end in a zero byte, as one text; when it must be cut, its last part ends so too.</summary>
    public ListWriter Texts(ReadOnlySpan<byte> value, int longest) =>
        value.Length <= longest ? Text(value) : U16((ushort)longest).Bytes(value[..(longest - 1)]).U8(0);
}
