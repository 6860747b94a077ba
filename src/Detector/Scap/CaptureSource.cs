using System.Runtime.InteropServices;
using System.Text;
using Saker.Detector.Capture;
using Saker.Detector.Scap.Conversion;
using Saker.Detector.State;

namespace Saker.Detector.Scap;

/// <summary>
/// A recorded capture (<c>.scap</c>) as a source of events. <see cref="Start"/> gives the lists at its beginning to the
/// state; then events come as they were recorded, those of old drivers as current ones would send them (<see cref="EventConverter"/>),
/// so that nothing behind this knows of versions.
/// </summary>
internal sealed unsafe class CaptureSource : IEventSource
{
    /// <summary>The number that a section header begins with; in another byte order it reads otherwise.</summary>
    public const uint SectionMagic = 0x1A2B3C4D;

    /// <summary>Bytes of a machine's name.</summary>
    public const int HostnameBytes = 128;

    // Room for the longest event twice, before conversion and after it.
    private const int ArenaBytes = 10 << 20;
    private const int MaxEvent = 4 << 20;
    private const int Around = EventConverter.MaxGrowth + 64;

    private readonly BlockReader blocks;
    private readonly MachineState state;
    private readonly EventConverter converter = new();
    private readonly byte* arena;
    private int used;
    private bool pending;
    private long seen;
    private long malformed;

    /// <summary>Reads a capture from a stream that can seek; both are the source's from then on.</summary>
    public CaptureSource(Stream stream, MachineState state)
    {
        blocks = new BlockReader(stream);
        this.state = state;
        arena = (byte*)NativeMemory.Alloc(ArenaBytes);
    }

    /// <inheritdoc/>
    public string Name => "replay";

    /// <inheritdoc/>
    public bool Ended { get; private set; }

    /// <summary>The machine that the capture was made on; an unknown one before <see cref="Start"/>.</summary>
    public CapturedMachine Machine { get; private set; } = CapturedMachine.Unknown;

    /// <inheritdoc/>
    public SourceStatistics Statistics => new() { Seen = seen, Malformed = malformed };

    /// <inheritdoc/>
    public void Start(SourceSettings settings)
    {
        try
        {
            ReadLists();
        }
        catch (InvalidDataException damaged)
        {
            throw new EventSourceException(damaged.Message, damaged);
        }
    }

    /// <inheritdoc/>
    public string? Fault { get; private set; }

    /// <inheritdoc/>
    public int Read(Span<RawEvent> into, TimeSpan wait)
    {
        var count = 0;
        try
        {
            while (count < into.Length && Next())
            {
                var length = blocks.BodyLength;
                var before = PrefixLength(blocks.Type);
                if (length > MaxEvent || length < before)
                {
                    throw new InvalidDataException($"The capture is damaged: an event of {length} bytes.");
                }

                if (used + 2 * length + Around > ArenaBytes)
                {
                    break; // the block waits for the arena to be released
                }

                pending = false;
                seen++;
                if (TryEvent(length, before, out var raw))
                {
                    into[count++] = raw;
                }
            }
        }
        catch (InvalidDataException damaged)
        {
            Ended = true;
            malformed++;
            Fault = damaged.Message;
        }

        return count;
    }

    /// <inheritdoc/>
    public void Release() => used = 0;

    /// <inheritdoc/>
    public void Dispose()
    {
        blocks.Dispose();
        NativeMemory.Free(arena);
    }

    /// <summary>True when an event's block is under the reader; other blocks are passed over.</summary>
    private bool Next()
    {
        while (!Ended)
        {
            if (!pending)
            {
                if (!blocks.TryHeader())
                {
                    Ended = true;
                    break;
                }

                pending = true;
            }

            if (PrefixLength(blocks.Type) > 0)
            {
                return true;
            }

            ReadBlock();
        }

        return false;
    }

    /// <summary>Reads the event that is under the reader into the arena, as a current one; false when there is none of it.</summary>
    private bool TryEvent(int length, int before, out RawEvent raw)
    {
        raw = default;
        var inserted = HasCount(blocks.Type) ? 0 : ParameterCount.Size;
        var body = arena + used;
        blocks.ReadBody(new Span<byte>(body + inserted, length));
        var cpu = *(short*)(body + inserted);
        var bytes = new Span<byte>(body + before, length - before + inserted);
        if (inserted > 0 && !ParameterCount.TryInsert(bytes))
        {
            malformed++;
            return false;
        }

        var converted = Aligned(before + bytes.Length);
        switch (converter.Convert(bytes, new Span<byte>(body + converted, ArenaBytes - used - converted), out var written))
        {
            case Converted.Folded:
                return false;
            case Converted.Rewritten:
                raw = new RawEvent(body + converted, written, cpu);
                used += converted + Aligned(written);
                return true;
            default:
                raw = new RawEvent(body + before, bytes.Length, cpu);
                used += converted;
                return true;
        }
    }

    private static int Aligned(int length) => (length + 7) & ~7;

    private void ReadLists()
    {
        if (!blocks.TryHeader() || blocks.Type != BlockType.SectionHeader)
        {
            throw new EventSourceException("This is not a capture: a .scap file begins with a section header.");
        }

        pending = true;
        Next();
    }

    private void ReadBlock()
    {
        var body = new byte[blocks.BodyLength];
        blocks.ReadBody(body);
        pending = false;
        switch (blocks.Type)
        {
            case BlockType.SectionHeader:
                CheckSection(body);
                break;
            case BlockType.MachineInfo or BlockType.EarlyMachineInfo:
                ReadMachine(body);
                break;
            case BlockType.InterfaceList or BlockType.InterfaceListV1 or BlockType.EarlyInterfaceList:
                StateLists.ReadInterfaces(body, state, hasLengths: blocks.Type == BlockType.InterfaceList);
                break;
            case BlockType.UserList or BlockType.UserListV1 or BlockType.EarlyUserList:
                StateLists.ReadUsers(body, state, hasLengths: blocks.Type == BlockType.UserList);
                break;
            case BlockType.DescriptorList or BlockType.DescriptorListV1 or BlockType.EarlyDescriptorList:
                DescriptorLists.Read(body, state, hasLengths: blocks.Type == BlockType.DescriptorList);
                break;
            case var list when ProcessEntry.VersionOf(list) is > 0 and var version:
                StateLists.ReadProcesses(body, state, version);
                break;
            default:
                break; // a block that says nothing that is needed, or one from the future
        }
    }

    private static void CheckSection(ReadOnlySpan<byte> body)
    {
        var reader = new ListReader(body);
        if (reader.U32() != SectionMagic)
        {
            throw new EventSourceException("This is not a capture that can be read here: its byte order is another.");
        }

        var major = reader.U16();
        if (major != 1)
        {
            throw new EventSourceException($"The capture has version {major}; this build reads version 1.");
        }
    }

    private void ReadMachine(ReadOnlySpan<byte> body)
    {
        var reader = new ListReader(body);
        var (cpus, memory, highestPid) = ((int)reader.U32(), (long)reader.U64(), (long)reader.U64());
        var name = Encoding.UTF8.GetString(Events.EventView.CutAtZero(reader.Bytes(HostnameBytes)));
        Machine = new CapturedMachine(cpus, memory, highestPid, name, reader.U64());
    }

    /// <summary>Bytes before the event in a block's body (CPU, and flags in some); 0 for blocks without an event.</summary>
    private static int PrefixLength(BlockType type) => type switch
    {
        BlockType.Event or BlockType.LargeEvent or BlockType.EventV1 or BlockType.EarlyEvent => sizeof(ushort),
        BlockType.EventWithFlags or BlockType.LargeEventWithFlags or BlockType.EventWithFlagsV1 => sizeof(ushort) + sizeof(uint),
        _ => 0,
    };

    /// <summary>False for blocks whose events leave out how many parameters they have.</summary>
    private static bool HasCount(BlockType type) => type is not (BlockType.EventV1 or BlockType.EventWithFlagsV1 or BlockType.EarlyEvent);
}
