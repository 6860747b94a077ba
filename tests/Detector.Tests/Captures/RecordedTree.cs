using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.Hosting;
using Saker.Detector.Scap;
using Saker.Detector.Events;
using Saker.Detector.State;
using Saker.Detector.Tests.State;

namespace Saker.Detector.Tests.Captures;

/// <summary>A recording of one process has what the process started, however deep and whoever took it in since.</summary>
public sealed class RecordedTree : IDisposable
{
    private const int Depth = 300;

    private readonly MachineState state = new();
    private readonly List<byte[]> events = [];
    private readonly byte[] memory = new byte[4096];
    private ulong time = 1_000_000_000;

    public void Dispose() => state.Dispose();

    [Fact]
    public void Beyond_any_depth()
    {
        var before = new EventBuilder(new EventPipeline(state));
        before.Exec(1, "init");
        before.Clone(1, 100);
        for (var pid = 101; pid < 100 + Depth; pid++)
        {
            before.Clone(pid - 1, pid); // known before the recording
        }

        for (var pid = 100 + Depth; pid < 100 + 2 * Depth; pid++)
        {
            Add(EventType.CloneV20Exit, pid - 1, ("res", pid), ("tid", pid - 1), ("pid", pid - 1), ("vtid", pid - 1), ("vpid", pid - 1));
            Add(EventType.CloseExit, pid, ("res", 0), ("fd", 3));
        }

        Add(EventType.CloseExit, 1, ("res", 0), ("fd", 3));
        Assert.Equal(2 * Depth, Record(100, out var listed));
        Assert.Equal(Depth, listed);
    }

    [Fact]
    public void Also_children_whose_parent_is_gone()
    {
        var before = new EventBuilder(new EventPipeline(state));
        before.Exec(1, "init");
        before.Clone(1, 100);
        before.Clone(1, 200);
        Add(EventType.CloneV20Exit, 100, ("res", 101), ("tid", 100), ("pid", 100), ("vtid", 100), ("vpid", 100));
        Add(EventType.CloneV20Exit, 101, ("res", 102), ("tid", 101), ("pid", 101), ("vtid", 101), ("vpid", 101));
        Add(EventType.ProcexitV1Enter, 101, ("reaper_tid", 1));
        Add(EventType.ExecveV19Exit, 102, ("res", 0), ("tid", 102), ("pid", 102), ("ptid", 1), ("comm", "daemon"));
        Add(EventType.CloseExit, 200, ("res", 0), ("fd", 3));
        Assert.Equal(4, Record(100, out var listed));
        Assert.Equal(1, listed);
    }

    private void Add(EventType type, long tid, params (string Name, object Value)[] values)
    {
        var length = EventBuilder.Write(memory, type, tid, time += 1000, values);
        var bytes = GC.AllocateArray<byte>(length, pinned: true);
        memory.AsSpan(0, length).CopyTo(bytes);
        events.Add(bytes);
    }

    private long Record(long root, out int listed)
    {
        var written = new MemoryStream();
        long count;
        using (var capture = new CaptureWriter(written, compress: false))
        using (var source = new Source(events))
        {
            var recorder = new CaptureRecorder(source, state, capture, root, TimeProvider.System);
            recorder.Run(CancellationToken.None);
            count = recorder.Written;
        }

        using var replayed = new MachineState();
        using var again = new CaptureSource(new MemoryStream(written.ToArray()), replayed);
        again.Start(new SourceSettings { SystemCalls = new HashSet<int>() });
        listed = replayed.Threads.Count;
        return count;
    }

    internal sealed class Source(List<byte[]> events) : IEventSource
    {
        private int next;

        public string Name => "test";

        public bool Ended => next == events.Count;

        public SourceStatistics Statistics => default;

        public void Start(SourceSettings settings)
        {
            // It has begun.
        }

        public unsafe int Read(Span<RawEvent> into, TimeSpan wait)
        {
            var count = 0;
            for (; count < into.Length && next < events.Count; next++)
            {
                fixed (byte* address = events[next]) // pinned for good
                {
                    into[count++] = new RawEvent(address, events[next].Length);
                }
            }

            return count;
        }

        public void Release()
        {
            // The memory is the test's.
        }

        public void Dispose()
        {
            // Nothing to give back.
        }
    }
}
