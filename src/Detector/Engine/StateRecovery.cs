using Saker.Detector.Capture;
using Saker.Detector.State;
using Saker.Detector.State.Proc;

namespace Saker.Detector.Engine;

/// <summary>
/// Reads the state of the machine from /proc: once at the start, and again after events were lost, since the state then no
/// longer tells what is. It waits until the loss is over, and a while between two readings.
/// </summary>
internal sealed class StateRecovery(HoldingSource source, ProcScanner scanner, MachineState state, TimeProvider clock, ILogger logger)
{
    /// <summary>Between two readings at least.</summary>
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(30);

    private readonly List<long> missing = [];
    private long droppedAtScan;
    private long droppedLast;
    private long lastScan;

    /// <summary>Readings after lost events.</summary>
    public long Rescans { get; private set; }

    /// <summary>Reads everything for the first time. Events are held until <see cref="Go"/>.</summary>
    public void Start()
    {
        source.Hold();
        scanner.ScanAll(state);
        lastScan = clock.GetTimestamp();
    }

    /// <summary>To be called when everything is ready to handle events.</summary>
    public void Go() => source.Resume();

    /// <summary>To be called about every second, between two batches, with the source's counters.</summary>
    public void Check(in SourceStatistics now)
    {
        if (missing.Count > 0)
        {
            RemoveMissing();
        }

        var goesOn = now.Dropped != droppedLast;
        droppedLast = now.Dropped;
        if (goesOn || now.Dropped == droppedAtScan || clock.GetElapsedTime(lastScan) < ShortestInterval)
        {
            return;
        }

        droppedAtScan = now.Dropped;
        Rescans++;
        source.Hold();
        scanner.Refresh(state, missing);
        source.Resume();
        lastScan = clock.GetTimestamp();
        EngineMessages.Rescanned(logger, state.Threads.Count, Rescans);
    }

    /// <summary>
    /// Threads that were gone when /proc was read: the event of their end was lost, or has been seen since. Only now, when the
    /// held events were handled, for rules may have needed them.
    /// </summary>
    private void RemoveMissing()
    {
        foreach (var tid in missing)
        {
            if (state.Threads.Find(tid) is { } thread && !scanner.Exists(tid))
            {
                state.Threads.Remove(thread);
            }
        }

        missing.Clear();
    }
}
