using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.Scap;
using Saker.Detector.State;

namespace Saker.Detector.Hosting;

/// <summary>
/// Writes what a source delivers, so that a replay finds the same: what was known of the machine first, then the events that
/// are newer than that knowledge.
/// </summary>
/// <param name="source">Where events come from; started.</param>
/// <param name="state">The machine as it was read after the source started.</param>
/// <param name="capture">The capture; its machine is written.</param>
/// <param name="root">Records only this process and what it starts; 0 records all.</param>
/// <param name="clock">The time.</param>
/// <param name="containers">Asks runtimes about containers; null for nobody to ask.</param>
internal sealed class CaptureRecorder(
    IEventSource source, MachineState state, CaptureWriter capture, long root, TimeProvider clock, ContainerWatch? containers = null)
    : IEventConsumer
{
    /// <summary>Events that are read at most after the stop.</summary>
    public const long MostAfterStop = 4_000_000;

    /// <summary>The time that is spent at most on what happened before the stop.</summary>
    public static readonly TimeSpan LongestAfterStop = TimeSpan.FromSeconds(10);

    // Longer than a source may hold events back to bring them into order, so that nothing read means that nothing is left.
    private static readonly TimeSpan ReadWait = TimeSpan.FromMilliseconds(100);

    private readonly EventPipeline pipeline = new(state);
    private ulong latest;

    /// <summary>Events written.</summary>
    public long Written { get; private set; }

    /// <summary>Containers that were known at the start.</summary>
    public int Containers { get; private set; }

    /// <summary>Texts of the lists that were longer than a capture may hold, and were cut.</summary>
    public long Cut { get; private set; }

    /// <summary>
    /// How long before the stop the recording ends: zero when all that happened until then was read, and else the time that
    /// the last event read was still away from it when <see cref="LongestAfterStop"/> or <see cref="MostAfterStop"/> was reached.
    /// </summary>
    public TimeSpan Missing { get; private set; }

    /// <summary>Writes what is known, then events until the token ends it, and what happened until then.</summary>
    /// <exception cref="IOException">The capture cannot be written on; what it holds until then can be read.</exception>
    public void Run(CancellationToken stop)
    {
        MarkRecorded();
        var lists = new StateListWriter(capture);
        lists.Write(state, root == 0 ? null : IsRecorded);
        Cut = lists.Cut;
        // From here on the events tell everything, as they will in the replay: a thread that is looked up now is in none of the
        // lists, so that the replay would not know it, and its events from before the look-up would be left out as known.
        state.Lookup = null;

        var batch = new RawEvent[512];
        while (!stop.IsCancellationRequested && !source.Ended)
        {
            Write(batch);
        }

        WriteUntil((ulong)((clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick), batch);
    }

    /// <inheritdoc/>
    public void Handle(in EventView view, EventFrame frame, in RawEvent raw)
    {
        latest = view.Timestamp;
        var thread = frame.Thread;
        if (thread is not null && thread.ScannedAt > view.Timestamp)
        {
            return; // the lists hold what it did
        }

        if (root != 0 && !(thread is null ? IsOfRecorded(frame.Container) : IsRecorded(thread)))
        {
            return;
        }

        if (Written == 0)
        {
            // Here, for events are in order of their time, and the first that waits may be older than the lists.
            Containers = ContainerListWriter.Write(capture, state, view.Timestamp, root == 0 ? null : IsRecorded);
        }

        capture.Event(raw);
        Written++;
    }

    /// <summary>Writes what happened before the stop and still waits in the rings. A busy machine never falls silent.</summary>
    private void WriteUntil(ulong stopped, RawEvent[] batch)
    {
        var start = clock.GetTimestamp();
        long read = 0;
        while (latest < stopped && Write(batch) is var count && count > 0)
        {
            read += count;
            if (latest < stopped && (read >= MostAfterStop || clock.GetElapsedTime(start) >= LongestAfterStop))
            {
                Missing = TimeSpan.FromTicks((long)((stopped - latest) / TimeSpan.NanosecondsPerTick));
                return;
            }
        }
    }

    private int Write(RawEvent[] batch)
    {
        var count = source.Read(batch, ReadWait);
        for (var i = 0; i < count; i++)
        {
            pipeline.Process(batch[i], this);
        }

        source.Release();
        containers?.TakeOver(pipeline, this);
        return count;
    }

    private static bool IsRecorded(ThreadInfo thread) => (thread.State & ThreadMarks.Recorded) != 0;

    /// <summary>Whether what was told of a container is about one that somebody who is recorded runs in.</summary>
    private bool IsOfRecorded(ContainerEntry? container) =>
        container is not null && state.Threads.All.Any(thread => IsRecorded(thread) && thread.Container == container);

    /// <summary>
    /// Marks the process and what it started. Children inherit the mark, so that they are recorded also when their parents are
    /// gone and others have taken them.
    /// </summary>
    private void MarkRecorded()
    {
        foreach (var thread in state.Threads.All)
        {
            thread.State &= ~ThreadMarks.Recorded;
            var walk = new AncestorWalk(state.Threads, thread);
            do
            {
                if (root != 0 && walk.Current.Pid == root)
                {
                    thread.State |= ThreadMarks.Recorded;
                }
            }
            while ((thread.State & ThreadMarks.Recorded) == 0 && walk.MoveNext());
        }
    }
}
