using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Saker.Conditions.Fields;
using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.State;

namespace Saker.Detector.Tests.Captures;

/// <summary>The whole way from an event to its fields with recorded events that were damaged: seed and count are fixed.</summary>
public sealed unsafe partial class FieldFuzz(ITestOutputHelper output)
{
    private const int Rounds = 40_000;
    private const long StateCap = 16 << 20;

    [Fact]
    public void No_damaged_event_makes_a_field_throw_read_outside_it_or_take_memory_without_bound()
    {
        var fields = EveryField();
        using var state = new MachineState(StateCap);
        using var context = EventStream.OfSystemCalls(null).ContextFor("");
        using var guarded = new GuardedMemory(64 * 1024);
        var pipeline = new EventPipeline(state);
        var consumer = new EverythingConsumer(pipeline, context, fields);
        var random = new Random(22);
        foreach (var capture in Replay.LiveCaptures)
        {
            using var replay = new Replay(capture);
            replay.Open(state).Dispose();
            for (var round = 0; round < Rounds / Replay.LiveCaptures.Length; round++)
            {
                var original = replay.Event(random.Next(replay.Count));
                var place = guarded.AtEnd(original.Length);
                original.CopyTo(place);
                var length = Damage(place, random);
                // Cut events end at the guard too.
                var moved = guarded.AtEnd(length);
                place[..length].CopyTo(moved);
                fixed (byte* address = moved)
                {
                    pipeline.Process(new RawEvent(address, length), consumer);
                }
            }
        }

        output.WriteLine($"{pipeline.Processed} events read, {pipeline.Malformed} refused, {consumer.Present} values of {fields.Count} fields; {state.Pool.ReservedBytes} bytes of state.");
        Assert.InRange(pipeline.Processed, Rounds / 4, Rounds);
        Assert.InRange(pipeline.Malformed, Rounds / 50, Rounds);
        Assert.InRange(state.Pool.ReservedBytes, 1, StateCap);
    }

    /// <summary>Damages an event in one of several ways; gives its new length.</summary>
    private static int Damage(Span<byte> bytes, Random random)
    {
        var parameters = BinaryPrimitives.ReadInt32LittleEndian(bytes[22..]);
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            switch (random.Next(6))
            {
                case 0: // another type: the parameters mean something else
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes[20..], (ushort)random.Next(EventTable.Count));
                    break;
                case 1 when parameters > 1: // the border between two parameters moves
                    var at = EventView.HeaderSize + 2 * random.Next(parameters - 1);
                    var both = BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) + BinaryPrimitives.ReadUInt16LittleEndian(bytes[(at + 2)..]);
                    var first = random.Next(both + 1);
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes[at..], (ushort)first);
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes[(at + 2)..], (ushort)(both - first));
                    break;
                case 2: // any byte of the values
                    var values = EventView.HeaderSize + 2 * parameters;
                    if (values < bytes.Length)
                    {
                        bytes[random.Next(values, bytes.Length)] = (byte)random.Next(256);
                    }

                    break;
                case 3: // a number at its edge
                    var place = random.Next(EventView.HeaderSize, bytes.Length);
                    bytes[place..Math.Min(bytes.Length, place + 8)].Fill((byte)(random.Next(2) * 255));
                    break;
                case 4: // fewer or more parameters than the table has
                    BinaryPrimitives.WriteInt32LittleEndian(bytes[22..], random.Next(Math.Max(parameters, 0) + 3));
                    break;
                default: // another thread
                    BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], random.Next(2) == 0 ? random.Next(9000) : random.NextInt64(long.MinValue, long.MaxValue));
                    break;
            }
        }

        if (random.Next(8) == 0)
        {
            return random.Next(bytes.Length);
        }

        return bytes.Length;
    }

    private static List<FieldReference> EveryField()
    {
        var catalogue = new FieldCatalogue();
        var resolver = new FieldResolver(catalogue);
        string?[] arguments = [null, "0", "1", "HOME", "fd", "data", "fds", "name", "cpu"];
        return [.. catalogue.Definitions.SelectMany(definition => arguments.Select(argument => resolver.Resolve(definition.Name, argument, out _, out _))).OfType<FieldReference>()];
    }

    /// <summary>Reads each field as conditions and as alerts do.</summary>
    private sealed class EverythingConsumer(EventPipeline pipeline, EventContext context, List<FieldReference> fields) : IEventConsumer
    {
        private readonly System.Buffers.ArrayBufferWriter<byte> buffer = new(1 << 16);
        private readonly byte[] text = new byte[EventContext.ScratchBytes];

        public long Present { get; private set; }

        public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
        {
            context.Set(pipeline.State, view, frame, raw, pipeline.Processed);
            var prints = pipeline.Processed % 16 == 0;
            foreach (var field in fields)
            {
                if (context.Read(field).Exists)
                {
                    Present++;
                }

                if (prints)
                {
                    Print(field);
                }
            }
        }

        private void Print(FieldReference field)
        {
            var writer = new Utf8Writer(text);
            ValueFormatter.WriteText(field, context.ReadShown(field), ref writer);
            buffer.ResetWrittenCount();
            using var json = new Utf8JsonWriter(buffer);
            ValueFormatter.WriteJson(field, context.ReadShown(field), json);
        }
    }

    /// <summary>Memory in front of a page that nobody may touch: a read behind its end ends the program.</summary>
    private sealed partial class GuardedMemory : IDisposable
    {
        private readonly byte* start;
        private readonly int size;
        private readonly nuint mapped;

        public GuardedMemory(int size)
        {
            const int readWrite = 3, none = 0, privateAnonymous = 0x22;
            this.size = size;
            mapped = (nuint)(size + Environment.SystemPageSize);
            start = (byte*)Map(0, mapped, readWrite, privateAnonymous, -1, 0);
            Assert.NotEqual(-1, (nint)start);
            Assert.Equal(0, Protect((nint)(start + size), (nuint)Environment.SystemPageSize, none));
        }

        /// <summary>The last bytes in front of the guard.</summary>
        public Span<byte> AtEnd(int length) => new(start + size - length, length);

        public void Dispose() => Assert.Equal(0, Unmap((nint)start, mapped));

        [LibraryImport("libc", EntryPoint = "mmap")]
        private static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

        [LibraryImport("libc", EntryPoint = "mprotect")]
        private static partial int Protect(nint address, nuint length, int protection);

        [LibraryImport("libc", EntryPoint = "munmap")]
        private static partial int Unmap(nint address, nuint length);
    }
}
