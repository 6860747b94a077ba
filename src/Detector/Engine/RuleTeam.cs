using System.Runtime.InteropServices;
using Saker.Detector.Alerting;
using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Events;
using Saker.Detector.State;
using Saker.Rules;

namespace Saker.Detector.Engine;

/// <summary>
/// Looks at events with several threads. The event thread puts events off while it goes on changing descriptors, of which each event
/// has its own copy, and others look at them meanwhile; before anything else in the state changes, it looks at the rest itself, and
/// the alerts go on in the order of the events. So nobody reads what is being written, and rules see what they would see with one thread.
/// </summary>
internal sealed unsafe class RuleTeam : ISharedWork, IDisposable
{
    /// <summary>Events that are put off at most; a power of two.</summary>
    public const int Capacity = 1024;

    // To wake a thread takes as long as to look at a few events, and it comes too late for the first.
    private const int WorthWaking = 32;
    private const int LargestShare = 8;

    private readonly FdEntry* entries = (FdEntry*)NativeMemory.Alloc(Capacity, (nuint)sizeof(FdEntry));
    private readonly PendingEvent[] events = new PendingEvent[Capacity];
    private readonly RuleWorker[] workers;
    private readonly WorkerTeam team;
    private readonly RuleMatcher matcher;
    private readonly NativePool pool;
    private readonly ImmediateEvents immediate;
    private readonly bool mayWait;
    private long added;
    private long finished;
    private int ofBatch;
    private Counts counts;

    private RuleTeam(IReadOnlyList<RuleWorker> workers, RuleMatcher matcher, EventTypeIndex types, NativePool pool, bool mayWait)
    {
        this.workers = [.. workers];
        this.matcher = matcher;
        this.pool = pool;
        this.mayWait = mayWait;
        immediate = new ImmediateEvents(matcher, types);
        for (var i = 0; i < Capacity; i++)
        {
            events[i] = new PendingEvent(entries + i);
        }

        team = new WorkerTeam(workers.Count, this);
    }

    /// <summary>A team for a stream; null for one worker, who needs none.</summary>
    /// <param name="workers">Threads, the event thread included.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="matcher">Its rules.</param>
    /// <param name="state">What is known of the machine.</param>
    /// <param name="options">How alerts look.</param>
    /// <param name="hostname">The machine's name in alerts.</param>
    /// <param name="mayWait">Whether alerts may have to wait for runtimes.</param>
    public static RuleTeam? Of(int workers, EventStream stream, RuleMatcher matcher, MachineState state, DetectorOptions options, string hostname, bool mayWait) =>
        workers == 1 ? null : new RuleTeam(
            [.. Enumerable.Range(0, workers).Select(_ => new RuleWorker(state, matcher.Share(), stream.ContextFor(hostname, options.BufferFormatBase64), new AlertFormatter(options, stream.Catalogue, hostname)))],
            matcher,
            stream.Types,
            state.Pool,
            mayWait);

    /// <summary>Whether nothing is put off.</summary>
    public bool IsEmpty => added == finished;

    /// <summary>Whether no more can be put off.</summary>
    public bool IsFull => added - finished == Capacity;

    /// <summary>Whether an event must be looked at at once.</summary>
    public bool IsImmediate(int type, in EventView view, EventFrame frame) => immediate.Include(type, view, frame);

    /// <summary>Puts an event off.</summary>
    public void Add(int type, in EventView view, EventFrame frame, in RawEvent raw, long number)
    {
        Keep(type, view, frame, raw, number);
        Volatile.Write(ref counts.Offered, ++added);
        if (++ofBatch >= WorthWaking && team.Sleeps)
        {
            ofBatch = 0;
            team.Wake();
        }
    }

    /// <summary>Looks at an event now, but puts off what comes of it, for others are put off before it.</summary>
    public void Look(int type, in EventView view, EventFrame frame, in RawEvent raw, long number)
    {
        var pending = Keep(type, view, frame, raw, number);
        workers[0].Evaluate(pending, mayWait);
        if (pending.Outcome != PendingOutcome.Nothing)
        {
            Volatile.Write(ref counts.Offered, ++added);
        }
    }

    /// <summary>Looks at all that was put off.</summary>
    /// <param name="publish">Gets those that are not done with, in their order.</param>
    public void Finish(Action<PendingEvent> publish)
    {
        TakePart(0);
        for (; finished < added; finished++)
        {
            var pending = events[finished % Capacity];
            Await(pending);
            if (pending.Outcome != PendingOutcome.Nothing)
            {
                publish(pending);
                pending.Lines.Clear();
            }
        }

        pool.Recycle();
    }

    /// <summary>No more events come for now: what was put off until now is no reason to wake anybody.</summary>
    public void EndBatch() => ofBatch = 0;

    /// <inheritdoc/>
    public bool TakePart(int worker)
    {
        var isAny = false;
        while (true)
        {
            var from = Volatile.Read(ref counts.Taken);
            var left = Volatile.Read(ref counts.Offered) - from;
            if (left <= 0)
            {
                return isAny;
            }

            // Large shares while there is much, small ones at the end, for then all are done at the same time.
            var share = Math.Clamp(left / (2 * workers.Length), 1, LargestShare);
            if (Interlocked.CompareExchange(ref counts.Taken, from + share, from) != from)
            {
                continue;
            }

            isAny = true;
            for (var i = from; i < from + share; i++)
            {
                var pending = events[i % Capacity];
                if (pending.Outcome == PendingOutcome.Open)
                {
                    workers[worker].Evaluate(pending, mayWait);
                }
            }
        }
    }

    public void Dispose()
    {
        team.Dispose();
        foreach (var worker in workers)
        {
            worker.Dispose();
        }

        NativeMemory.Free(entries);
    }

    private PendingEvent Keep(int type, in EventView view, EventFrame frame, in RawEvent raw, long number)
    {
        if (IsEmpty)
        {
            pool.Keep(); // texts of descriptors that are closed meanwhile
        }

        matcher.Prepare(type);
        var pending = events[added % Capacity];
        pending.Set(type, view, frame, raw, number);
        return pending;
    }

    private void Await(PendingEvent pending)
    {
        var wait = default(SpinWait);
        while (pending.Outcome == PendingOutcome.Open)
        {
            team.ThrowIfFailed();
            wait.SpinOnce(sleep1Threshold: -1);
        }
    }

    /// <summary>Events that were offered to all and that somebody has taken, since the start. Apart, for different threads write them.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct Counts
    {
        [FieldOffset(64)]
        public long Offered;

        [FieldOffset(128)]
        public long Taken;
    }
}
