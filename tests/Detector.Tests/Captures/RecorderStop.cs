using System.Buffers.Binary;
using Saker.Detector.Capture;
using Saker.Detector.Events;
using Saker.Detector.Hosting;
using Saker.Detector.Scap;
using Saker.Detector.State;

namespace Saker.Detector.Tests.Captures;

/// <summary>What a recorder does after it was told to stop: what happened before is written, within bounds.</summary>
public sealed class RecorderStop : IDisposable
{
    private static readonly DateTimeOffset Stopped = new(2026, 11, 25, 0, 0, 0, TimeSpan.Zero);
    private readonly MachineState state = new();

    [Fact]
    public void What_waits_from_before_is_written_though_the_machine_never_falls_silent()
    {
        using var source = new Source([-3, -2, -1, 1, 2, 3]);
        var recorder = Record(source);
        Assert.Equal(4, source.Reads);
        Assert.Equal(4 * Source.Batch, recorder.Written);
        Assert.Equal(TimeSpan.Zero, recorder.Missing);
    }

    [Fact]
    public void Silence_ends_it()
    {
        using var source = new Source([-3, -2]);
        var recorder = Record(source);
        Assert.Equal(2 * Source.Batch, recorder.Written);
        Assert.Equal(TimeSpan.Zero, recorder.Missing);
    }

    [Fact]
    public void A_source_that_stays_behind_is_left_after_a_time_and_what_is_missing_is_told()
    {
        using var source = new Source([.. Enumerable.Repeat(-5, 1000)]);
        var recorder = Record(source);
        Assert.Equal(CaptureRecorder.LongestAfterStop.TotalSeconds, source.Reads);
        Assert.Equal(TimeSpan.FromSeconds(5), recorder.Missing);
    }

    public void Dispose() => state.Dispose();

    private CaptureRecorder Record(Source source)
    {
        using var capture = new CaptureWriter(new MemoryStream(), compress: false);
        capture.Machine(new CapturedMachine(1, 1 << 30, 32_768, "here", 5));
        var recorder = new CaptureRecorder(source, state, capture, root: 0, source.Clock);
        recorder.Run(new CancellationToken(canceled: true));
        return recorder;
    }

    /// <summary>Gives full batches, each of one time, and takes a second for each.</summary>
    /// <param name="seconds">The times of the batches, in seconds after the stop.</param>
    private sealed class Source(int[] seconds) : IEventSource
    {
        public const int Batch = 512;

        private readonly byte[] memory = Event();

        public SteppedClock Clock { get; } = new();

        public int Reads { get; private set; }

        public string Name => "test";

        public bool Ended => false;

        public SourceStatistics Statistics => default;

        public void Start(SourceSettings settings)
        {
            // It has begun.
        }

        public unsafe int Read(Span<RawEvent> into, TimeSpan wait)
        {
            if (Reads == seconds.Length)
            {
                return 0;
            }

            BinaryPrimitives.WriteUInt64LittleEndian(memory, (ulong)((Stopped.AddSeconds(seconds[Reads++]) - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick));
            Clock.Elapsed += TimeSpan.FromSeconds(1);
            fixed (byte* address = memory) // pinned for good
            {
                into[..Batch].Fill(new RawEvent(address, memory.Length));
            }

            return Batch;
        }

        public void Release()
        {
            // The memory is this object's.
        }

        public void Dispose()
        {
            // Nothing to give back.
        }

        private static byte[] Event()
        {
            var parameters = EventTable.Find((int)EventType.CloseExit)!.Parameters.Length;
            var bytes = GC.AllocateArray<byte>(EventView.HeaderSize + parameters * 2, pinned: true);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), 1);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), bytes.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(20), (ushort)EventType.CloseExit);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), parameters);
            return bytes;
        }
    }

    private sealed class SteppedClock : TimeProvider
    {
        public TimeSpan Elapsed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Elapsed.Ticks;

        public override DateTimeOffset GetUtcNow() => Stopped + Elapsed;
    }
}
