using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.Scap;
using Saker.Detector.State;
using Saker.Testing;

namespace Saker.Detector.Tests.Captures;

public sealed class Hostile
{
    [Fact]
    public void A_damaged_capture_ends_with_an_error_or_is_read_but_nothing_else()
    {
        var plain = Unpack("live-net");
        var random = new Random(20);
        var errors = 0;
        for (var round = 0; round < 300; round++)
        {
            var damaged = (byte[])plain.Clone();
            for (var i = random.Next(1, 20); i > 0; i--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            if (round % 3 == 0)
            {
                damaged = damaged[..random.Next(damaged.Length)];
            }

            errors += ReadsToTheEnd(damaged) ? 0 : 1;
        }

        Assert.InRange(errors, 1, 299);
    }

    [Fact]
    public void Damaged_events_never_reach_outside_and_never_throw()
    {
        var random = new Random(21);
        using var replay = new Replay("live-procs");
        using var state = new MachineState();
        using var source = replay.Open(state);
        var pipeline = new EventPipeline(state);
        var memory = GC.AllocateArray<byte>(4096, pinned: true);
        for (var round = 0; round < 200_000; round++)
        {
            var length = random.Next(0, 400);
            random.NextBytes(memory.AsSpan(0, length));
            if (length >= EventView.HeaderSize)
            {
                BitConverter.TryWriteBytes(memory.AsSpan(8), (long)random.Next(1, 9000));
                BitConverter.TryWriteBytes(memory.AsSpan(16), length);
                BitConverter.TryWriteBytes(memory.AsSpan(20), (ushort)random.Next(EventTable.Count));
                BitConverter.TryWriteBytes(memory.AsSpan(22), random.Next(12));
                for (var i = EventView.HeaderSize; i < Math.Min(length, 60); i++)
                {
                    memory[i] = (byte)(random.Next(3) == 0 ? random.Next(20) : i % 2 == 0 ? 8 : 0);
                }
            }

            unsafe
            {
                fixed (byte* address = memory)
                {
                    pipeline.Process(new RawEvent(address, length), null);
                }
            }
        }

        Assert.True(pipeline.Malformed > 1000);
        Assert.True(pipeline.Processed > 1000);
    }

    private static bool ReadsToTheEnd(byte[] capture)
    {
        using var state = new MachineState(32 << 20);
        using var source = new CaptureSource(new MemoryStream(capture), state);
        var pipeline = new EventPipeline(state);
        var batch = new RawEvent[64];
        try
        {
            source.Start(new SourceSettings { SystemCalls = new HashSet<int>() });
            for (int count; (count = source.Read(batch, TimeSpan.Zero)) > 0; source.Release())
            {
                foreach (var raw in batch.AsSpan(0, count))
                {
                    pipeline.Process(raw, null);
                }
            }

            return true;
        }
        catch (EventSourceException)
        {
            return false;
        }
    }

    private static byte[] Unpack(string capture)
    {
        using var file = File.OpenRead(RecordedData.Path("falco", "captures", capture + ".scap"));
        using var gzip = new System.IO.Compression.GZipStream(file, System.IO.Compression.CompressionMode.Decompress);
        using var memory = new MemoryStream();
        gzip.CopyTo(memory);
        return memory.ToArray();
    }
}
