using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.MatchCaptures;
using Saker.Detector.Telemetry;

namespace Saker.Detector.Hosting;

/// <summary>Takes events from a source and gives them to the rules, for one plan.</summary>
/// <param name="stream">The source, and what is known of its machine.</param>
/// <param name="engine">Gets the events.</param>
/// <param name="captures">Captures around matches; null for none.</param>
/// <param name="monitor">Tells others the counters.</param>
/// <param name="drops">What is to happen after losses.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">Told of losses.</param>
internal sealed class EventLoop(OpenStream stream, RuleEngine engine, MatchCapturer? captures, EngineMonitor monitor, DropActions drops, TimeProvider clock, ILogger logger)
{
    private const int BatchSize = 512;
    private static readonly TimeSpan ReadWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ShortWait = TimeSpan.FromMilliseconds(20);

    // What is held waits for an answer, not for an event.
    private static readonly TimeSpan HoldWait = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    private readonly IEventSource source = stream.Source;
    private readonly IEventConsumer consumer = captures is null ? engine : new CapturingConsumer(engine, captures);

    /// <summary>The source's counters as they were told last; they outlive a plan.</summary>
    public SourceStatistics Told { get; set; }

    /// <summary>Runs until the source ends, the stop is wanted, events were lost that must not be, or something else is to be done.</summary>
    /// <param name="otherwise">Whether something else is to be done.</param>
    /// <param name="stop">The stop.</param>
    public void Run(Func<bool> otherwise, CancellationToken stop)
    {
        stream.Recovery?.Go();
        var batch = new RawEvent[BatchSize];
        var lastReport = clock.GetTimestamp();
        while (!stop.IsCancellationRequested && !source.Ended && !drops.MustExit && !otherwise())
        {
            Take(batch, engine.IsHolding ? HoldWait : ReadWait);
            monitor.AfterBatch();
            if (clock.GetElapsedTime(lastReport) < ReportInterval)
            {
                continue;
            }

            lastReport = clock.GetTimestamp();
            var before = Told;
            ReportDrops();
            drops.Check(Told, before);
            stream.Recovery?.Check(Told);
            monitor.Sample();
        }

        // What has happened under this plan is this plan's, as far as that ends soon.
        var since = clock.GetTimestamp();
        while (!stop.IsCancellationRequested && !source.Ended && !drops.MustExit && Take(batch, ShortWait) > 0 && clock.GetElapsedTime(since) < DrainPatience)
        {
            monitor.AfterBatch();
        }

        engine.Release(all: true);
        captures?.Finish();
        monitor.Finish();
        ReportDrops();
    }

    private int Take(RawEvent[] batch, TimeSpan wait)
    {
        var count = source.Read(batch, wait);
        for (var i = 0; i < count; i++)
        {
            stream.Pipeline.Process(batch[i], consumer);
        }

        engine.EndBatch();
        source.Release();
        stream.Containers?.TakeOver(stream.Pipeline, consumer);
        stream.Pods?.TakeOver();
        engine.Release();
        captures?.AfterBatch();
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
