using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.Telemetry;

namespace Saker.Detector.Hosting;

/// <summary>Takes events from a source and gives them to the rules, for one plan.</summary>
internal sealed class EventLoop(IEventSource source, EventPipeline pipeline, RuleEngine engine, EngineMonitor monitor, DropActions drops, TimeProvider clock, ILogger logger)
{
    private const int BatchSize = 512;
    private static readonly TimeSpan ReadWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ShortWait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    /// <summary>The source's counters as they were told last; they outlive a plan.</summary>
    public SourceStatistics Told { get; set; }

    /// <summary>Runs until the source ends, the stop is wanted, events were lost that must not be, or something else is to be done.</summary>
    /// <param name="recovery">Reads the machine again after a loss; null for a capture.</param>
    /// <param name="otherwise">Whether something else is to be done.</param>
    /// <param name="stop">The stop.</param>
    public void Run(StateRecovery? recovery, Func<bool> otherwise, CancellationToken stop)
    {
        recovery?.Go();
        var batch = new RawEvent[BatchSize];
        var lastReport = clock.GetTimestamp();
        while (!stop.IsCancellationRequested && !source.Ended && !drops.MustExit && !otherwise())
        {
            Take(batch, ReadWait);
            monitor.AfterBatch();
            if (clock.GetElapsedTime(lastReport) < ReportInterval)
            {
                continue;
            }

            lastReport = clock.GetTimestamp();
            var before = Told;
            ReportDrops();
            drops.Check(Told, before);
            recovery?.Check(Told);
            monitor.Sample();
        }

        // What has happened under this plan is this plan's, as far as that ends soon.
        var since = clock.GetTimestamp();
        while (!stop.IsCancellationRequested && !source.Ended && !drops.MustExit && Take(batch, ShortWait) > 0 && clock.GetElapsedTime(since) < DrainPatience)
        {
            monitor.AfterBatch();
        }

        monitor.Finish();
        ReportDrops();
    }

    private int Take(RawEvent[] batch, TimeSpan wait)
    {
        var count = source.Read(batch, wait);
        for (var i = 0; i < count; i++)
        {
            pipeline.Process(batch[i], engine);
        }

        source.Release();
        return count;
    }

    private void ReportDrops()
    {
        var now = source.Statistics;
        var told = Told;
        if (now.Dropped + now.Malformed > told.Dropped + told.Malformed)
        {
            EngineMessages.Drops(
                logger,
                now.DroppedRingFull - told.DroppedRingFull,
                now.DroppedTooLarge - told.DroppedTooLarge,
                now.DroppedBusy - told.DroppedBusy,
                now.DroppedOther - told.DroppedOther,
                now.DroppedBacklog - told.DroppedBacklog,
                now.Malformed - told.Malformed,
                now.Dropped + now.Malformed);
        }

        Told = now;
    }
}
