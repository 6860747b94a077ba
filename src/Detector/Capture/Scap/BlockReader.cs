using System.Buffers.Binary;
using System.IO.Compression;

namespace Saker.Detector.Capture.Scap;

/// <summary>What a block holds. Numbers are on disk; frozen.</summary>
internal enum BlockType : uint
{
    MachineInfo = 0x201,
    OldEventFirst = 0x203,
    ProcessList = 0x215,
    Event = 0x216,
    EventWithFlags = 0x217,
    DescriptorList = 0x218,
    InterfaceList = 0x219,
    UserList = 0x220,
    LargeEvent = 0x221,
    LargeEventWithFlags = 0x222,
    SectionHeader = 0x0A0D0D0A,
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

    private readonly Stream stream;
    private readonly byte[] header = new byte[8];
    private readonly byte[] trailer = new byte[4];

    /// <summary>Reads from a stream, which it owns from then on.</summary>
    public BlockReader(Stream source)
    {
        var buffered = new BufferedStream(source, 64 * 1024);
        int first = buffered.ReadByte();
        buffered.Position = 0;
        const int gzipMagic = 0x1f;
        stream = first == gzipMagic ? new BufferedStream(new GZipStream(buffered, CompressionMode.Decompress), 256 * 1024) : buffered;
    }

    /// <summary>Type of the block that <see cref="TryHeader"/> found.</summary>
    public BlockType Type { get; private set; }

    /// <summary>Bytes of its body.</summary>
    public int BodyLength { get; private set; }

    /// <summary>Reads the next block's header; false at the end of the capture.</summary>
    /// <exception cref="InvalidDataException">The header is cut off or its length is impossible.</exception>
    public bool TryHeader()
    {
        int read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (read == 0)
            return false;
        uint length = read < header.Length ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4));
        if (length is < Around or > MaxBlock || length % 4 != 0)
            throw new InvalidDataException("The capture is damaged: a block's length is impossible.");
        Type = (BlockType)BinaryPrimitives.ReadUInt32LittleEndian(header);
        BodyLength = (int)length - Around;
        return true;
    }

    /// <summary>Reads the body into a buffer of exactly <see cref="BodyLength"/> bytes.</summary>
    /// <exception cref="InvalidDataException">The body is cut off, or the length behind it differs from the one before.</exception>
    public void ReadBody(Span<byte> body)
    {
        try
        {
            stream.ReadExactly(body);
            stream.ReadExactly(trailer);
        }
        catch (EndOfStreamException inner)
        {
            throw new InvalidDataException("The capture is cut off in the middle of a block.", inner);
        }
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != BodyLength + Around)
            throw new InvalidDataException("The capture is damaged: a block's two lengths differ.");
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();
}
