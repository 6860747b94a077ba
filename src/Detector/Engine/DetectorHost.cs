using Saker.Detector.Alerting;
using Saker.Detector.Capture;
using Saker.Detector.Capture.Scap;
using Saker.Detector.Configuration;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.Outputs;
using Saker.Detector.State;
using Saker.Detector.Telemetry;
using Saker.Rules;

namespace Saker.Detector.Engine;

/// <summary>The whole detector: source, state, rules, outputs. Made once, run once.</summary>
internal sealed class DetectorHost(DetectorConfiguration configuration, IReadOnlyList<string> ruleFiles, TimeProvider clock, ILogger logger)
{
    private const int BatchSize = 512;
    private static readonly TimeSpan ReadWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    private readonly DetectorOptions options = configuration.Options;

    /// <summary>Runs until the token ends it or the capture is over. Returns the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        var catalogue = new FieldCatalogue();
        var types = new EventTypeIndex();
        var live = options.Engine.Kind == EngineKind.ModernEbpf;
        if (RuleLoading.Load(configuration, ruleFiles, catalogue, types, live ? InterestSet.Deliverable : null, logger) is not { } rules)
        {
            return 1;
        }

        using var state = new MachineState();
        IReadOnlyList<SinkQueue> sinks = [];
        try
        {
            sinks = Sinks.Create(configuration, clock, logger);
            if (sinks.Count == 0)
            {
                EngineMessages.NoOutput(logger);
            }

            using var source = Open(state, live);
            return await RunAsync(source, state, rules, catalogue, types, sinks, stop);
        }
        catch (Exception exception) when (exception is EventSourceException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            EngineMessages.CannotStart(logger, exception.Message);
            return 1;
        }
        finally
        {
            foreach (var sink in sinks)
            {
                await sink.DisposeAsync();
            }
        }
    }

    /// <summary>What a source is asked for.</summary>
    /// <param name="options">Rings and lengths.</param>
    /// <param name="calls">System calls.</param>
    public static SourceSettings SourceSettings(DetectorOptions options, IReadOnlySet<int> calls) => new()
    {
        SystemCalls = calls,
        RingBytes = 1024 * 1024 << (options.Engine.ModernEbpf.BufSizePreset - 1),
        CpusPerRing = options.Engine.ModernEbpf.CpusForEachBuffer,
        SnapLength = options.FalcoLibs.Snaplen,
        DropFailedExit = options.Engine.ModernEbpf.DropFailedExit,
    };

    private IEventSource Open(MachineState state, bool live) =>
        live ? new HoldingSource(new ModernEbpfSource()) : new CaptureSource(File.OpenRead(configuration.Resolve(options.Engine.Replay.CaptureFile)), state);

    private async Task<int> RunAsync(
        IEventSource source, MachineState state, RuleSet rules, FieldCatalogue catalogue, EventTypeIndex types, IReadOnlyList<SinkQueue> sinks, CancellationToken stop)
    {
        var calls = InterestSet.For(RuleLoading.EventsOf(rules, types), options.BaseSyscalls);
        source.Start(SourceSettings(options, calls));
        var recovery = source is HoldingSource live ? ReadMachine(live, state, calls.Count) : null;

        var hostname = Environment.GetEnvironmentVariable("FALCO_HOSTNAME") is { Length: > 0 } given ? given : Environment.MachineName;
        using var context = new EventContext { Hostname = PinnedBytes.Of(System.Text.Encoding.UTF8.GetBytes(hostname)) };
        using var formatter = new AlertFormatter(options, catalogue, hostname);
        var matcher = new RuleMatcher(rules, "syscall", types.Names, options.RuleMatching);
        var pipeline = new EventPipeline(state);
        var engine = new RuleEngine(pipeline, matcher, types, context, formatter, sinks);
        var monitor = new EngineMonitor(source, state, pipeline, engine, matcher, clock);
        await using var telemetry = await DetectorTelemetry.StartAsync(configuration, configuration.RulePaths(ruleFiles), hostname, monitor, sinks, clock, logger);
        // What the start left behind is given back to the system, for from here on hardly anything is allocated and the
        // collector would not come for hours.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        // A thread of its own: the loop waits in the kernel, and a pool thread should not.
        var drops = new DropActions(options, hostname, sinks, clock, logger);
        await Task.Factory.StartNew(
            () => Loop(source, pipeline, engine, monitor, drops, recovery, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await telemetry.StopAlertsAsync();

        var left = await Task.WhenAll(sinks.Select(sink => sink.StopAsync(source.Ended ? Timeout.InfiniteTimeSpan : StopPatience)));
        EngineMessages.Stopped(logger, pipeline.Processed, engine.Alerts, source.Statistics.Dropped, left.Sum() + sinks.Sum(static sink => sink.Dropped));
        return drops.MustExit ? 1 : 0;
    }

    /// <summary>What is there when the driver begins: threads, descriptors, users, addresses.</summary>
    private StateRecovery ReadMachine(HoldingSource source, MachineState state, int calls)
    {
        EngineMessages.DriverLoaded(logger, source.Name, string.Join(", ", source.Attached), calls);
        foreach (var note in source.Notes)
        {
            EngineMessages.SourceNote(logger, note);
        }

        var recovery = new StateRecovery(source, HostState.Connect(state, clock), state, clock, logger);
        recovery.Start();
        EngineMessages.Watching(logger, state.Threads.Count);
        return recovery;
    }

    private void Loop(IEventSource source, EventPipeline pipeline, RuleEngine engine, EngineMonitor monitor, DropActions drops, StateRecovery? recovery, CancellationToken stop)
    {
        recovery?.Go();
        var batch = new RawEvent[BatchSize];
        var told = default(SourceStatistics);
        var lastReport = clock.GetTimestamp();
        while (!stop.IsCancellationRequested && !source.Ended && !drops.MustExit)
        {
            var count = source.Read(batch, ReadWait);
            for (var i = 0; i < count; i++)
            {
                pipeline.Process(batch[i], engine);
            }

            source.Release();
            monitor.AfterBatch();
            if (clock.GetElapsedTime(lastReport) < ReportInterval)
            {
                continue;
            }

            lastReport = clock.GetTimestamp();
            var before = told;
            told = ReportDrops(source.Statistics, told);
            drops.Check(told, before);
            recovery?.Check(told);
            monitor.Sample();
        }

        monitor.Finish();
        ReportDrops(source.Statistics, told);
    }

    private SourceStatistics ReportDrops(SourceStatistics now, SourceStatistics told)
    {
        if (now.Dropped + now.Malformed > told.Dropped + told.Malformed)
        {
            EngineMessages.Drops(
                logger,
                now.DroppedRingFull - told.DroppedRingFull,
                now.DroppedTooLarge - told.DroppedTooLarge,
                now.DroppedOther - told.DroppedOther,
                now.DroppedBacklog - told.DroppedBacklog,
                now.Malformed - told.Malformed,
                now.Dropped + now.Malformed);
        }

        return now;
    }
}
