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
/// has its own copy; before anything else in the state changes, all of them look at what was put off, and the alerts go on in the
/// order of the events. So nobody reads what is being written, and rules see what they would see with one thread.
/// </summary>
internal sealed unsafe class RuleTeam : ISharedWork, IDisposable
{
    /// <summary>Events that are put off at most.</summary>
    public const int Capacity = 1024;

    // Fewer are looked at by the event thread alone: to share them takes longer.
    private const int WorthSharing = 32;
    private const int Share = 8;

    private readonly FdEntry* entries = (FdEntry*)NativeMemory.Alloc(Capacity, (nuint)sizeof(FdEntry));
    private readonly PendingEvent[] events = new PendingEvent[Capacity];
    private readonly RuleWorker[] workers;
    private readonly WorkerTeam team;
    private readonly RuleMatcher matcher;
    private readonly NativePool pool;
    private readonly OtherDescriptors others;
    private readonly bool mayWait;
    private int count;
    private int next;

    private RuleTeam(IReadOnlyList<RuleWorker> workers, RuleMatcher matcher, EventTypeIndex types, NativePool pool, bool mayWait)
    {
        this.workers = [.. workers];
        this.matcher = matcher;
        this.pool = pool;
        this.mayWait = mayWait;
        others = new OtherDescriptors(matcher, types);
        team = new WorkerTeam(workers.Count);
        for (var i = 0; i < Capacity; i++)
        {
            events[i] = new PendingEvent(entries + i);
        }
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
    public bool IsEmpty => count == 0;

    /// <summary>Whether no more can be put off.</summary>
    public bool IsFull => count == Capacity;

    /// <summary>Puts an event off.</summary>
    public void Add(int type, in EventView view, EventFrame frame, in RawEvent raw, long number)
    {
        if (count == 0)
        {
            pool.Keep(); // texts of descriptors that are closed meanwhile
        }

        matcher.Prepare(type);
        var pending = events[count++];
        pending.Set(type, view, frame, raw, number);
        if (others.AreRead(type))
        {
            workers[0].Evaluate(pending, mayWait);
        }
    }

    /// <summary>Looks at all that was put off.</summary>
    /// <param name="publish">Gets those that are not done with, in their order.</param>
    public void Finish(Action<PendingEvent> publish)
    {
        next = 0;
        if (count >= WorthSharing)
        {
            team.Do(this);
        }
        else
        {
            TakePart(0);
        }

        for (var i = 0; i < count; i++)
        {
            if (events[i].Outcome != PendingOutcome.Nothing)
            {
                publish(events[i]);
                events[i].Lines.Clear();
            }
        }

        count = 0;
        pool.Recycle();
    }

    /// <inheritdoc/>
    public void TakePart(int worker)
    {
        int from;
        while ((from = Interlocked.Add(ref next, Share) - Share) < count)
        {
            for (var i = from; i < Math.Min(from + Share, count); i++)
            {
                if (events[i].Outcome == PendingOutcome.Open)
                {
                    workers[worker].Evaluate(events[i], mayWait);
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
}
