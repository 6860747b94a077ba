using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Saker.Conditions.Fields;
using Saker.Conditions.Values;
using Saker.Detector.Capture;
using Saker.Detector.Events;
using Saker.Detector.State;

namespace Saker.Detector.Fields;

/// <summary>
/// The present event as conditions and output formats read it: one per worker. Each field is read at most once per event;
/// what is put together for it lies in a scratch arena that the next event reuses. Nothing is allocated per event.
/// </summary>
internal sealed unsafe class EventContext : AlertContext, IDisposable
{
    /// <summary>Bytes that the fields of one event may put together.</summary>
    public const int ScratchBytes = 1 << 20;

    private readonly byte* scratch = (byte*)NativeMemory.Alloc(ScratchBytes);
    private readonly EventFrame ofContainer = new() { Thread = new ThreadInfo() };
    private Memo[] memos = new Memo[256];
    private uint stamp;
    private int used;
    private RawEvent raw;
    private EventDefinition definition = null!;
    private int parameterCount;

    /// <summary>The state that the event belongs to.</summary>
    public MachineState State { get; private set; } = null!;

    /// <summary>What the event is about.</summary>
    public EventFrame Frame { get; private set; } = null!;

    /// <summary>The event.</summary>
    public EventView View => EventView.Again(raw.Bytes, definition, parameterCount);

    /// <summary>The event's number since the start.</summary>
    public ulong Number { get; private set; }

    /// <summary>The CPU that the event happened on; -1 when unknown.</summary>
    public short Cpu => raw.Cpu;

    /// <summary>The name of the stream, which <c>evt.source</c> has; empty by default. Stands at a fixed address.</summary>
    public byte[] Source { get; init; } = PinnedBytes.Of([]);

    /// <summary>The name that <c>evt.hostname</c> has; empty by default. Stands at a fixed address.</summary>
    public byte[] Hostname { get; init; } = PinnedBytes.Of([]);

    /// <summary>Whether data of events is shown as base64.</summary>
    public bool ShowsBase64 { get; init; }

    /// <summary>The thread; null for events of no thread.</summary>
    public ThreadInfo? Thread => Frame.Thread;

    /// <summary>The container that the event is about; null when that is unknown.</summary>
    public ContainerEntry? Container => Frame.Container ?? Frame.Thread?.Container;

    /// <summary>Values that were cut because the scratch arena was full.</summary>
    public long Overflowed { get; private set; }

    /// <summary>Sets the event that fields are read from.</summary>
    public void Set(MachineState state, in EventView view, EventFrame frame, in RawEvent rawEvent, long number)
    {
        NextEvent();
        State = state;
        Frame = frame;
        raw = rawEvent;
        definition = view.Definition;
        parameterCount = view.Count;
        Number = (ulong)number;
        Forget();
    }

    /// <summary>
    /// Sets a container, and the user and group of a process in it, that fields are read from, without an event: only fields that are
    /// asked for are to be read.
    /// </summary>
    public void SetContainer(MachineState state, ContainerEntry container, uint uid, uint gid)
    {
        NextEvent();
        State = state;
        Frame = ofContainer;
        Frame.Container = container;
        Frame.Thread!.Uid = uid;
        Frame.Thread.Gid = gid;
        Forget();
    }

    private void Forget()
    {
        used = 0;
        if (++stamp == 0)
        {
            Array.Clear(memos);
            stamp = 1;
        }
    }

    /// <inheritdoc/>
    public override Value Read(FieldReference field)
    {
        var known = memos;
        var slot = field.Slot;
        if ((uint)slot < (uint)known.Length)
        {
            ref var memo = ref known[slot];
            if (memo.Stamp == stamp)
            {
                return memo.Value;
            }
        }

        return ReadFirst(field);
    }

    private Value ReadFirst(FieldReference field)
    {
        var slot = field.Slot;
        if (slot >= memos.Length)
        {
            Array.Resize(ref memos, Math.Max(slot + 1, memos.Length * 2));
        }

        var value = ((DetectorField)field).Read(this);
        memos[slot] = Memo.Of(value, stamp);
        return value;
    }

    /// <inheritdoc/>
    public override ulong Timestamp => View.Timestamp;

    /// <inheritdoc/>
    public override Value ReadShown(FieldReference field) => ((DetectorField)field).ReadShown(this);

    /// <summary>What is left of the scratch arena, to put a value together in; <see cref="Keep"/> takes what was used.</summary>
    public Span<byte> Scratch => new(scratch + used, ScratchBytes - used);

    /// <summary>Keeps the first bytes of <see cref="Scratch"/> until the next event.</summary>
    public ReadOnlySpan<byte> Keep(int length)
    {
        var kept = new ReadOnlySpan<byte>(scratch + used, length);
        used += length;
        if (used >= ScratchBytes)
        {
            Overflowed++;
        }

        return kept;
    }

    /// <summary>How much of the scratch arena is kept.</summary>
    public int Mark => used;

    /// <summary>Gives back what was kept since <see cref="Mark"/> was <paramref name="mark"/>.</summary>
    public void Rewind(int mark) => used = mark;

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free(scratch);

    private struct Memo
    {
        public uint Stamp;
        private ValueKind kind;
        private ValueKind elementKind;
        private int length;
        private long bits;
        private byte* bytes;

        public readonly Value Value => Value.FromParts(kind, elementKind, bits, new(bytes, length));

        /// <summary>Keeps the address of the value's bytes: they stand in native or pinned memory, never on the moving heap.</summary>
        public static Memo Of(Value value, uint stamp)
        {
            var span = value.AsBytes; // of a list, its members as they are packed
            return new Memo
            {
                Stamp = stamp,
                kind = value.Kind,
                elementKind = value.ElementKind,
                bits = value.AsInt64,
                length = span.Length,
                bytes = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(span)),
            };
        }
    }
}
