using System.Buffers.Binary;
using System.Text;
using Saker.Detector.Containers;
using Saker.Detector.Events;
using Saker.Detector.Scap.Conversion;

namespace Saker.Detector.Tests.Captures;

/// <summary>What becomes of the events of old drivers.</summary>
public sealed class OldEvents
{
    private const EventType CloseStart = (EventType)4, ReadStart = (EventType)6, OpenatStart = (EventType)102, OpenatEnd = (EventType)103;
    private const EventType DupStart = (EventType)124, DupEnd = (EventType)125, BpfStart = (EventType)296, BpfEnd = (EventType)297;

    private readonly EventConverter converter = new();
    private readonly byte[] memory = new byte[64 * 1024];
    private readonly byte[] into = new byte[64 * 1024 + EventConverter.MaxGrowth];

    [Fact]
    public void Each_old_type_has_a_current_form_or_goes_into_one()
    {
        foreach (var definition in EventTable.All.Where(static definition => definition.IsOld))
        {
            var conversion = ConversionTable.Find(definition.Number);
            Assert.True(conversion is not null, definition.Name);
            Assert.False(ConversionTable.IsCurrent(definition.Number, (uint)definition.Parameters.Length), definition.Name);
            if (conversion.Target is { } target)
            {
                Assert.True(!target.IsOld || (EventType)target.Number == ConversionTable.ExecStart, definition.Name);
                Assert.Equal(target.Parameters.Length, conversion.Sources.Length);
            }
            else
            {
                Assert.True(definition.IsEnter, definition.Name);
            }
        }
    }

    [Fact]
    public void What_an_old_end_or_its_start_told_is_not_lost()
    {
        // What the table of today has nowhere: a size that became an address, what is told as JSON, and flags of a call without any.
        string[] gone = ["10 size", "228 id", "228 type", "228 name", "228 image", "258 flags"];
        foreach (var definition in EventTable.All.Where(static definition => definition.IsOld))
        {
            var conversion = ConversionTable.Find(definition.Number)!;
            if (conversion.Target is null)
            {
                continue;
            }

            var start = EventTable.Find(conversion.Start);
            foreach (var (index, parameter) in definition.Parameters.ToArray().Index())
            {
                Assert.True(conversion.Sources.Any(source => source.Own == index) || gone.Contains($"{definition.Number} {parameter.Name}"), $"{definition.Number} {definition.Name} {parameter.Name}");
            }

            foreach (var (index, parameter) in (start?.Parameters.ToArray() ?? []).Index())
            {
                Assert.True(conversion.Sources.Any(source => source.Start == index) || gone.Contains($"{conversion.Start} {parameter.Name}"), $"{definition.Number} {definition.Name} start {parameter.Name}");
            }
        }
    }

    [Fact]
    public void An_end_takes_over_what_its_start_was_given()
    {
        Assert.Equal(Converted.Folded, Convert(OpenatStart, 7, [-100L, "file\0", 1, 420], out _));
        Assert.Equal(Converted.Rewritten, Convert(OpenatEnd, 7, [3L], out var view));
        Assert.Equal(EventType.OpenatV2Exit, view.Type);
        Assert.Equal((3, -100), (view.Signed(OpenatV2Exit.Fd), view.Signed(OpenatV2Exit.Dirfd)));
        Assert.Equal("file", Encoding.UTF8.GetString(view.Text(OpenatV2Exit.Name)));
        Assert.Equal((1u, 420u), ((uint)view.Unsigned(OpenatV2Exit.Flags), (uint)view.Unsigned(OpenatV2Exit.Mode)));
        Assert.False(view.Has(OpenatV2Exit.Ino));
    }

    [Fact]
    public void A_parameter_that_was_renamed_is_found()
    {
        Convert(DupStart, 7, [5L], out _);
        Convert(DupEnd, 7, [6L], out var dup);
        Assert.Equal((EventType.DupV1Exit, 6L, 5L), (dup.Type, dup.Signed(0), dup.Signed(1)));
    }

    [Fact]
    public void A_number_that_was_wider_is_cut()
    {
        Convert(BpfStart, 7, [5L], out _);
        Convert(BpfEnd, 7, [6L], out var bpf);
        Assert.Equal((EventType.BpfV2Exit, 6L, 5L), (bpf.Type, bpf.Signed(0), bpf.Signed(1)));
        Assert.Equal(4, bpf.Parameter(1).Length);
    }

    [Fact]
    public void A_start_counts_once_for_its_own_thread_and_its_own_call()
    {
        Convert(CloseStart, 7, [9L], out _);
        Convert(EventType.CloseExit, 8, [0L], out var other);
        Assert.False(other.Has(CloseExit.Fd));

        Convert(ReadStart, 7, [4L, 100], out _);
        Convert(EventType.CloseExit, 7, [0L], out var after);
        Assert.False(after.Has(CloseExit.Fd));

        Convert(CloseStart, 7, [9L], out _);
        Convert(EventType.CloseExit, 7, [0L], out var own);
        Assert.Equal(9, own.Signed(CloseExit.Fd));
        Convert(EventType.CloseExit, 7, [0L], out var again);
        Assert.False(again.Has(CloseExit.Fd));
    }

    [Fact]
    public void A_start_that_is_an_event_of_its_own_passes_and_is_kept()
    {
        Assert.Equal(Converted.Passed, Convert(EventType.ConnectEnter, 7, [3L, new byte[] { 1, 2, 3 }], out _));
        Assert.Equal(Converted.Rewritten, Convert(EventType.ConnectExit, 7, [0L, Array.Empty<byte>()], out var end));
        Assert.Equal(3, end.Signed(ConnectExit.Fd));
        Assert.Equal([1, 2, 3], end.Parameter(ConnectExit.Addr).ToArray());
    }

    [Fact]
    public void The_start_of_an_old_exec_brings_the_path_and_stays_an_event()
    {
        const EventType start = (EventType)288, end = (EventType)289;
        Assert.Equal(Converted.Rewritten, Convert(start, 7, ["/bin/ls\0"], out var begun));
        Assert.Equal(ConversionTable.ExecStart, begun.Type);
        Convert(end, 7, [0L, "ls\0", Array.Empty<byte>(), 7L], out var done);
        Assert.Equal(EventType.ExecveV19Exit, done.Type);
        Assert.Equal("/bin/ls", Encoding.UTF8.GetString(done.Text(ExecveV19Exit.Filename)));
        Assert.Equal(7, done.Signed(ExecveV19Exit.Tid));
    }

    [Fact]
    public void A_container_of_four_parameters_becomes_one_in_JSON()
    {
        Assert.Equal(Converted.Rewritten, Convert((EventType)ConversionTable.ContainerInFour, -1, ["0123456789ab\0", 0, "a \"name\"\0", "nginx\0"], out var view));
        Assert.Equal(EventType.ContainerJsonV2Enter, view.Type);
        var record = ContainerJson.Read(view.Parameter(0))!;
        Assert.Equal(("0123456789ab", ContainerType.Docker, "a \"name\"", "nginx"), (record.Id, record.Type, record.Name, record.Image));
    }

    [Theory]
    [InlineData("live-net")]
    [InlineData("live-32bit")]
    public void Current_events_pass(string capture)
    {
        using var replay = new Replay(capture);
        for (var i = 0; i < replay.Count; i++)
        {
            Assert.Equal(Converted.Passed, converter.Convert(replay.Event(i), default, out _));
        }

        Assert.Equal(0, converter.Kept);
    }

    [Fact]
    public void Starts_without_an_end_take_bounded_memory()
    {
        var started = new StartedCalls();
        var start = new byte[200];
        for (var thread = 0; thread < 200_000; thread++)
        {
            started.Keep(thread, 4, start);
            Assert.Equal(200, started.Take(thread, 4).Length);
            started.Keep(thread, 4, start);
            Assert.InRange(started.Count, 1, 2 * StartedCalls.MaxThreads);
        }

        Assert.True(started.Take(0, 4).IsEmpty);
        Assert.Equal(200, started.Take(199_999, 4).Length);
        started.Keep(1, 4, new byte[StartedCalls.MaxStart + 1]);
        Assert.True(started.Take(1, 4).IsEmpty);

        var large = new StartedCalls();
        for (var thread = 0; thread < 1000; thread++)
        {
            large.Keep(thread, 4, new byte[StartedCalls.MaxStart]);
        }

        Assert.InRange(large.Count, 1, 2 * StartedCalls.MaxBytes / StartedCalls.MaxStart);
    }

    [Fact]
    public void The_count_of_parameters_follows_from_the_length()
    {
        var random = new Random(74);
        foreach (var definition in EventTable.All.Where(static definition => definition.LengthSize == sizeof(ushort)))
        {
            for (var count = 0; count <= definition.Parameters.Length; count++)
            {
                var event1 = WithoutCount(definition, count, random);
                Assert.True(ParameterCount.TryInsert(event1), $"{definition.Name} {count}");
                Assert.Equal(count, BinaryPrimitives.ReadInt32LittleEndian(event1.AsSpan(22)));
                Assert.True(EventView.TryParse(event1, out _), definition.Name);
            }
        }
    }

    [Fact]
    public void An_event_whose_length_no_count_explains_is_refused()
    {
        var event1 = WithoutCount(EventTable.Find(5)!, 1, new Random(1));
        BinaryPrimitives.WriteUInt32LittleEndian(event1.AsSpan(20), BinaryPrimitives.ReadUInt32LittleEndian(event1.AsSpan(20)) - 1);
        Assert.False(ParameterCount.TryInsert(event1));
    }

    private static byte[] WithoutCount(EventDefinition definition, int count, Random random)
    {
        var lengths = Enumerable.Range(0, count).Select(_ => random.Next(40)).ToArray();
        // In two types the length was written three bytes too long.
        var extra = definition.Number is 280 or 286 ? 3 : 0;
        var total = 22 + 2 * count + lengths.Sum() + extra;
        var bytes = new byte[ParameterCount.Size + total];
        var at = bytes.AsSpan(ParameterCount.Size);
        random.NextBytes(at);
        BinaryPrimitives.WriteUInt32LittleEndian(at[16..], (uint)total);
        BinaryPrimitives.WriteUInt16LittleEndian(at[20..], (ushort)definition.Number);
        for (var i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(at[(22 + 2 * i)..], (ushort)lengths[i]);
        }

        return bytes;
    }

    /// <summary>Converts an event with these first parameters; the view holds until the next call.</summary>
    private Converted Convert(EventType type, long thread, object[] values, out EventView view)
    {
        var at = EventView.HeaderSize + 2 * values.Length;
        for (var i = 0; i < values.Length; i++)
        {
            var bytes = values[i] switch
            {
                string text => Encoding.UTF8.GetBytes(text),
                long number => BitConverter.GetBytes(number),
                int number => BitConverter.GetBytes(number),
                var raw => (byte[])raw,
            };
            BinaryPrimitives.WriteUInt16LittleEndian(memory.AsSpan(EventView.HeaderSize + 2 * i), (ushort)bytes.Length);
            bytes.CopyTo(memory.AsSpan(at));
            at += bytes.Length;
        }

        BinaryPrimitives.WriteInt64LittleEndian(memory.AsSpan(8), thread);
        BinaryPrimitives.WriteInt32LittleEndian(memory.AsSpan(16), at);
        BinaryPrimitives.WriteUInt16LittleEndian(memory.AsSpan(20), (ushort)type);
        BinaryPrimitives.WriteInt32LittleEndian(memory.AsSpan(22), values.Length);
        var result = converter.Convert(memory.AsSpan(0, at), into, out var length);
        Assert.True(EventView.TryParse(result == Converted.Rewritten ? into.AsSpan(0, length) : memory.AsSpan(0, at), out view));
        return result;
    }
}
