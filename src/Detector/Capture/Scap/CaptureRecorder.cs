using Saker.Detector.Events;
using Saker.Detector.State;

namespace Saker.Detector.Capture.Scap;

/// <summary>
/// Writes what a source delivers, so that a replay finds the same: what was known of the machine first, then the events that
/// are newer than that knowledge.
/// </summary>
/// <param name="source">Where events come from; started.</param>
/// <param name="state">The machine as it was read after the source started.</param>
/// <param name="capture">The capture; its machine is written.</param>
/// <param name="root">Records only this process and what it starts; 0 records all.</param>
/// <param name="clock">The time.</param>
internal sealed class CaptureRecorder(IEventSource source, MachineState state, CaptureWriter capture, long root, TimeProvider clock) : IEventSink
{
    private static readonly TimeSpan ReadWait = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LastWait = TimeSpan.FromMilliseconds(20);

    private readonly EventPipeline pipeline = new(state);
    private ulong latest;

    /// <summary>Events written.</summary>
    public long Written { get; private set; }

    /// <summary>Writes what is known, then events until the token ends it.</summary>
    /// <exception cref="IOException">The capture cannot be written on; what it holds until then can be read.</exception>
    public void Run(CancellationToken stop)
    {
        new StateListWriter(capture).Write(state, root == 0 ? null : thread => IsBelow(thread, root));
        // From here on the events tell everything, as they will in the replay: a thread that is looked up now would seem newer than its own events.
        state.Lookup = null;

        var batch = new RawEvent[512];
        while (!stop.IsCancellationRequested && !source.Ended)
            Write(batch, ReadWait);
        // What happened before the end may still wait in the rings; a busy machine never falls silent.
        ulong end = (ulong)((clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick);
        while (Write(batch, LastWait) > 0 && latest < end)
        {
        }
    }

    /// <inheritdoc/>
    public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
    {
        latest = view.Timestamp;
        var thread = frame.Thread;
        if (thread is not null && thread.ScannedAt > view.Timestamp)
            return; // the lists hold what it did
        if (root != 0 && (thread is null || !IsBelow(thread, root)))
            return;
        capture.Event(raw);
        Written++;
    }

    private int Write(RawEvent[] batch, TimeSpan wait)
    {
        int count = source.Read(batch, wait);
        for (int i = 0; i < count; i++)
            pipeline.Process(batch[i], this);
        source.Release();
        return count;
    }

    private bool IsBelow(ThreadInfo thread, long pid)
    {
        var process = thread.Leader;
        for (int i = 0; i < ThreadTable.MaxAncestors; i++)
        {
            if (process.Pid == pid)
                return true;
            if (state.Threads.ParentOf(process)?.Leader is not { } parent)
                return false;
            process = parent;
        }
        return false;
    }
}
