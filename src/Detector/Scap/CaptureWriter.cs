using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Saker.Detector.Capture;
using Saker.Detector.Events;

namespace Saker.Detector.Scap;

/// <summary>
/// Writes a capture (<c>.scap</c>) in the present versions of its blocks, for <see cref="CaptureSource"/> and for the tools
/// that people have. Events are in the format of the file already and are copied. What was written before a fault is a valid
/// capture up to its last block.
/// </summary>
internal sealed class CaptureWriter : IDisposable
{
    private const int Around = 12;

    private readonly Stream stream;
    private readonly byte[] head = new byte[8 + sizeof(uint) + sizeof(ushort)];

    /// <summary>Writes to a file, which it owns from then on.</summary>
    /// <param name="target">The file.</param>
    /// <param name="compress">Whether to gzip.</param>
    public CaptureWriter(Stream target, bool compress)
        : this(new BufferedStream(compress ? new GZipStream(target, CompressionLevel.Optimal) : target, 256 * 1024))
    {
    }

    /// <summary>Writes to a stream that takes small pieces well, which it owns from then on.</summary>
    /// <param name="target">The stream.</param>
    public CaptureWriter(Stream target)
    {
        stream = target;
        var body = new ListWriter().U32(CaptureSource.SectionMagic).U16(1).U16(2).I64(-1);
        Block(BlockType.SectionHeader, body.Written);
    }

    /// <summary>Bytes written so far, before any compression.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes that an event takes.</summary>
    public static int LengthOf(in RawEvent raw) => Padded(sizeof(ushort) + raw.Bytes.Length) + Around;

    /// <summary>The machine that the capture is made on.</summary>
    public void Machine(CapturedMachine machine)
    {
        Span<byte> name = stackalloc byte[CaptureSource.HostnameBytes];
        name.Clear();
        Encoding.UTF8.TryGetBytes(machine.Hostname, name[..^1], out _);
        var body = new ListWriter().U32((uint)machine.Cpus).I64(machine.MemoryBytes).I64(machine.HighestPid).Bytes(name).U64(machine.BootedAt);
        body.U64(0).U64(0).U64(0); // flags, and two fields that are kept for the future
        Block(BlockType.MachineInfo, body.Written);
    }

    /// <summary>A block with a list.</summary>
    public void List(BlockType type, ListWriter list) => Block(type, list.Written);

    /// <summary>An event, with the CPU that it happened on.</summary>
    public void Event(in RawEvent raw)
    {
        var type = EventTable.Find(BinaryPrimitives.ReadUInt16LittleEndian(raw.Bytes[20..]));
        var isLarge = type is { LengthSize: sizeof(uint) };
        var length = Padded(sizeof(ushort) + raw.Bytes.Length);
        Begin(isLarge ? BlockType.LargeEvent : BlockType.Event, length);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(8), (ushort)Math.Max(raw.Cpu, (short)0));
        stream.Write(head.AsSpan(0, 8 + sizeof(ushort)));
        stream.Write(raw.Bytes);
        End(length, sizeof(ushort) + raw.Bytes.Length);
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    private static int Padded(int length) => (length + 3) & ~3;

    private void Block(BlockType type, ReadOnlySpan<byte> body)
    {
        var length = Padded(body.Length);
        Begin(type, length);
        stream.Write(head.AsSpan(0, 8));
        stream.Write(body);
        End(length, body.Length);
    }

    private void Begin(BlockType type, int length)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(head, (uint)type);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4), (uint)(length + Around));
        Bytes += length + Around;
    }

    private void End(int padded, int written)
    {
        ReadOnlySpan<byte> zeros = [0, 0, 0];
        stream.Write(zeros[..(padded - written)]);
        stream.Write(head.AsSpan(4, 4));
    }
}
