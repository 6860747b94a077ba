using System.Buffers.Binary;
using System.IO.Compression;
using Saker.Conditions.Fields;
using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.Scap;
using Saker.Detector.Scap.Conversion;
using Saker.Detector.State;

namespace Saker.Detector.Tests.Captures;

/// <summary>Captures by drivers of other years as a whole: what is read can be written as a current capture, and damage does no harm.</summary>
public sealed class OldCaptures(ITestOutputHelper output)
{
    private const int Rounds = 25;
    private const long StateCap = 32 << 20;

    public static TheoryData<string> All => [.. Replay.OldCaptures];

    [Theory]
    [MemberData(nameof(All))]
    public void Become_current_ones_that_tell_the_same_when_they_are_written(string capture)
    {
        using var state = new MachineState();
        using var source = Open(Replay.Bytes(capture), state);
        var written = new MemoryStream();
        using (var writer = new CaptureWriter(written, compress: false))
        {
            writer.Machine(new CapturedMachine(2, 1 << 30, 32_768, "elsewhere", 5));
            new StateListWriter(writer).Write(state);
            var batch = new RawEvent[64];
            for (int count; (count = source.Read(batch, TimeSpan.Zero)) > 0; source.Release())
            {
                foreach (var raw in batch.AsSpan(0, count))
                {
                    writer.Event(raw);
                    AssertCurrent(raw);
                }
            }
        }

        var rewritten = written.ToArray();
        Assert.Equal(0, source.Statistics.Malformed);
        var before = Tell(Replay.Bytes(capture));
        Assert.True(before.Count > 100);
        Assert.Equal(before, Tell(rewritten));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Damage_ends_them_with_an_error_or_is_read_but_nothing_else(string capture)
    {
        var plain = Unpack(Replay.Bytes(capture));
        var random = new Random(74);
        var (errors, events) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var damaged = (byte[])plain.Clone();
            // Anywhere, or among the events behind the lists, which are most of the file's beginning.
            var from = round % 2 == 0 ? 0 : FirstEvent(plain);
            for (var i = random.Next(1, 40); i > 0; i--)
            {
                damaged[random.Next(from, damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                events += Tell(round % 5 == 0 ? damaged[..random.Next(damaged.Length)] : damaged, StateCap).Count;
            }
            catch (EventSourceException)
            {
                errors++;
            }
        }

        output.WriteLine($"{errors} of {Rounds} end with an error; {events} events were read.");
        Assert.InRange(errors, 1, Rounds);
    }

    [Fact]
    public void Damaged_old_events_are_converted_within_bounds()
    {
        var random = new Random(76);
        var converter = new EventConverter();
        var bytes = new byte[512];
        var counts = new int[3];
        for (var round = 0; round < 200_000; round++)
        {
            var length = random.Next(EventView.HeaderSize, 300);
            random.NextBytes(bytes.AsSpan(0, length));
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), random.Next(40));
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), length);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(20), (ushort)random.Next(EventTable.Count));
            var parameters = random.Next(random.Next(2) == 0 ? 3 : 34);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), parameters);
            for (var i = 0; i < parameters && EventView.HeaderSize + 2 * i + 2 <= length; i++)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(EventView.HeaderSize + 2 * i), (ushort)(random.Next(20) == 0 ? random.Next(65536) : random.Next(9)));
            }

            // Only the room that is promised, so that one byte too many throws.
            var into = new byte[length + EventConverter.MaxGrowth > 2048 ? 2048 : length + EventConverter.MaxGrowth];
            var result = converter.Convert(bytes.AsSpan(0, length), into, out var written);
            counts[(int)result]++;
            if (result == Converted.Rewritten)
            {
                Assert.True(EventView.TryParse(into.AsSpan(0, written), out var view));
                Assert.False(view.Definition.IsOld && view.Type != ConversionTable.ExecStart);
            }
        }

        Assert.All(counts, static count => Assert.InRange(count, 1000, 200_000));
    }

    private static void AssertCurrent(in RawEvent raw)
    {
        var again = new EventConverter();
        Assert.Equal(Converted.Passed, again.Convert(raw.Bytes, default, out _));
    }

    private static CaptureSource Open(byte[] capture, MachineState state)
    {
        var source = new CaptureSource(new MemoryStream(capture), state);
        source.Start(new SourceSettings { SystemCalls = new HashSet<int>() });
        return source;
    }

    /// <summary>What rules could see of each event: its number and some fields that depend on state.</summary>
    private static List<string> Tell(byte[] capture, long cap = MachineState.DefaultCapBytes)
    {
        using var state = new MachineState(cap);
        using var source = Open(capture, state);
        using var context = EventStream.OfSystemCalls(null).ContextFor("");
        var pipeline = new EventPipeline(state);
        var teller = new Teller(pipeline, context);
        var batch = new RawEvent[64];
        for (int count; (count = source.Read(batch, TimeSpan.Zero)) > 0; source.Release())
        {
            foreach (var raw in batch.AsSpan(0, count))
            {
                pipeline.Process(raw, teller);
            }
        }

        return teller.Told;
    }

    private static byte[] Unpack(byte[] capture)
    {
        using var gzip = new GZipStream(new MemoryStream(capture), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        gzip.CopyTo(memory);
        return memory.ToArray();
    }

    private static int FirstEvent(byte[] plain)
    {
        var at = 0;
        while (BinaryPrimitives.ReadUInt32LittleEndian(plain.AsSpan(at)) is not ((uint)BlockType.EventV1 or (uint)BlockType.Event))
        {
            at += BinaryPrimitives.ReadInt32LittleEndian(plain.AsSpan(at + 4));
        }

        return at;
    }

    private sealed class Teller(EventPipeline pipeline, EventContext context) : IEventConsumer
    {
        private static readonly string[] names =
            ["evt.type", "evt.args", "fd.name", "fd.type", "fd.sip", "proc.cmdline", "proc.exepath", "proc.cwd", "proc.pid", "proc.sid", "proc.pgid", "proc.aname", "user.name", "group.name", "thread.cgroups", "proc.fdopencount"];

        private readonly FieldReference[] fields = [.. names.Select(static name => new FieldResolver(new FieldCatalogue()).Resolve(name, null, out _, out _)!)];
        private readonly byte[] text = new byte[EventContext.ScratchBytes];

        public List<string> Told { get; } = [];

        public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
        {
            context.Set(pipeline.State, view, frame, raw, pipeline.Processed);
            var line = new List<string> { $"{pipeline.Processed}", $"{view.Timestamp}", $"{raw.Cpu}" };
            foreach (var field in fields)
            {
                var writer = new Utf8Writer(text);
                ValueFormatter.WriteText(field, context.ReadShown(field), ref writer);
                line.Add(System.Text.Encoding.UTF8.GetString(writer.Written));
            }

            Told.Add(string.Join('|', line));
        }
    }
}
