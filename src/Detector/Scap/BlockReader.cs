using System.Buffers.Binary;
using System.IO.Compression;

namespace Saker.Detector.Scap;

/// <summary>
/// What a block holds. Numbers are on disk; frozen. Those behind 0x80000000 are of captures from before the format was public.
/// </summary>
internal enum BlockType : uint
{
    MachineInfo = 0x201,
    ProcessListV1 = 0x202,
    DescriptorListV1 = 0x203,
    EventV1 = 0x204,
    InterfaceListV1 = 0x205,
    UserListV1 = 0x206,
    ProcessListV2 = 0x207,
    EventWithFlagsV1 = 0x208,
    ProcessListV3 = 0x209,
    ProcessListV4 = 0x210,
    ProcessListV5 = 0x211,
    ProcessListV6 = 0x212,
    ProcessListV7 = 0x213,
    ProcessListV8 = 0x214,
    ProcessList = 0x215,
    Event = 0x216,
    EventWithFlags = 0x217,
    DescriptorList = 0x218,
    InterfaceList = 0x219,
    UserList = 0x220,
    LargeEvent = 0x221,
    LargeEventWithFlags = 0x222,
    SectionHeader = 0x0A0D0D0A,
    EarlyProcessListV1 = 0x8000ABCD,
    EarlyDescriptorList = 0x8001ABCD,
    EarlyMachineInfo = 0x8002ABCD,
    EarlyEvent = 0x8010ABCD,
    EarlyInterfaceList = 0x8011ABCD,
    EarlyUserList = 0x8012ABCD,
    EarlyProcessListV2 = 0x8013ABCD,
    EarlyProcessListV3 = 0x8014ABCD,
}

/// <summary>
/// Reads the blocks of a capture, gzipped or plain: type, length, body, length again. Nothing in the file is trusted: a
/// length that does not fit ends the capture with an error, and a body is read only when the buffer can take it.
/// </summary>
internal sealed class BlockReader : IDisposable
{
    /// <summary>The longest block that is read, in bytes. Captures of large machines have process lists of some megabytes.</summary>
    public const int MaxBlock = 64 << 20;

    private const int Around = 12;
    private const int HeaderBytes = 8;
    private const int TrailerBytes = 4;
    private const int BufferBytes = 256 * 1024;
    private const int PackedBytes = 64 * 1024;

    // A buffer of our own: an event is three small reads, and going through a chain of streams for each costs more than
    // to unpack it.
    private readonly byte[] buffer = new byte[BufferBytes];
    private readonly Stream stream;
    private int position;
    private int filled;

    /// <summary>Reads from a stream that can seek, which it owns from then on.</summary>
    public BlockReader(Stream source)
    {
        var first = source.ReadByte();
        source.Position = 0;
        const int gzipMagic = 0x1f;
        stream = first == gzipMagic ? new GZipStream(new BufferedStream(source, PackedBytes), CompressionMode.Decompress) : source;
    }

    /// <summary>Type of the block that <see cref="TryHeader"/> found.</summary>
    public BlockType Type { get; private set; }

    /// <summary>Bytes of its body.</summary>
    public int BodyLength { get; private set; }

    /// <summary>Reads the next block's header; false at the end of the capture.</summary>
    /// <exception cref="InvalidDataException">The header is cut off or its length is impossible.</exception>
    public bool TryHeader()
    {
        var available = Fill(HeaderBytes);
        if (available == 0)
        {
            return false;
        }

        var length = available < HeaderBytes ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(position + sizeof(uint)));
        if (length is < Around or > MaxBlock || length % 4 != 0)
        {
            throw new InvalidDataException("The capture is damaged: a block's length is impossible.");
        }

        Type = (BlockType)BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(position));
        BodyLength = (int)length - Around;
        position += HeaderBytes;
        return true;
    }

    /// <summary>Reads the body into a buffer of exactly <see cref="BodyLength"/> bytes.</summary>
    /// <exception cref="InvalidDataException">The body is cut off, or the length behind it differs from the one before.</exception>
    public void ReadBody(Span<byte> body)
    {
        if (!TryTake(body) || Fill(TrailerBytes) < TrailerBytes)
        {
            throw new InvalidDataException("The capture is cut off in the middle of a block.");
        }

        var again = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(position));
        position += TrailerBytes;
        if (again != BodyLength + Around)
        {
            throw new InvalidDataException("The capture is damaged: a block's two lengths differ.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    /// <summary>Has at least <paramref name="wanted"/> bytes in the buffer, or all that is left. Returns how many there are.</summary>
    private int Fill(int wanted)
    {
        var available = filled - position;
        return available >= wanted ? available : ReadMore(wanted);
    }

    private int ReadMore(int wanted)
    {
        var kept = filled - position;
        buffer.AsSpan(position, kept).CopyTo(buffer);
        position = 0;
        filled = kept + stream.ReadAtLeast(buffer.AsSpan(kept), wanted - kept, throwOnEndOfStream: false);
        return filled;
    }

    /// <summary>Takes the next bytes out of the buffer and, behind it, the stream; false when there are fewer.</summary>
    private bool TryTake(Span<byte> into)
    {
        var buffered = Math.Min(filled - position, into.Length);
        buffer.AsSpan(position, buffered).CopyTo(into);
        position += buffered;
        into = into[buffered..];
        if (into.IsEmpty)
        {
            return true;
        }

        if (into.Length >= BufferBytes)
        {
            return stream.ReadAtLeast(into, into.Length, throwOnEndOfStream: false) == into.Length;
        }

        if (Fill(into.Length) < into.Length)
        {
            return false;
        }

        buffer.AsSpan(0, into.Length).CopyTo(into);
        position = into.Length;
        return true;
    }
}
