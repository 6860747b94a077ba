using Microsoft.Extensions.Logging.Abstractions;
using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Hosting;
using Saker.Detector.Scap;
using Saker.Detector.State;
using Saker.Rules;

namespace Saker.Detector.RuleTools;

/// <summary>What came of a replay.</summary>
/// <param name="Events">Events that passed.</param>
/// <param name="Alerts">Alerts that were made.</param>
internal readonly record struct ReplayTotals(long Events, long Alerts);

/// <summary>
/// Runs events past rules exactly as the detector does it, with somebody who looks on in the place of outputs. Nothing is lost and
/// nothing depends on time: the same events and rules give the same matches in the same order.
/// </summary>
/// <param name="rules">The rules, loaded for these streams.</param>
/// <param name="streams">The streams of events; the first is that of system calls.</param>
/// <param name="options">How matches are decided, and how alerts look.</param>
internal sealed class RuleReplay(RuleSet rules, IReadOnlyList<EventStream> streams, DetectorOptions options)
{
    private readonly DetectorPlan plan = new()
    {
        Configuration = new DetectorConfiguration(options, new(), ""),
        RulePaths = [],
        Rules = rules,
        Streams = streams,
        Calls = streams[0],
        Source = DetectorPlan.SourceFor(options, new HashSet<int>()),
    };

    /// <summary>The rules.</summary>
    public RuleSet Rules => rules;

    /// <summary>The stream that the rules are about.</summary>
    public EventStream Stream => streams[0];

    /// <summary>How matches are decided, and how alerts look.</summary>
    public DetectorOptions Options => options;

    /// <summary>Runs a capture to its end.</summary>
    /// <exception cref="EventSourceException">The capture cannot be read, or is damaged.</exception>
    /// <exception cref="IOException">The capture cannot be opened.</exception>
    public Task<ReplayTotals> RunAsync(string capture, IMatchObserver observer, CancellationToken stop) =>
        RunAsync(state => new CaptureSource(File.OpenRead(capture), state), observer, stop);

    /// <summary>Runs all events of a source.</summary>
    /// <param name="open">Opens the source, on the state that its events tell of.</param>
    /// <param name="observer">Looks on.</param>
    /// <param name="stop">Ends the replay early, with an exception.</param>
    public async Task<ReplayTotals> RunAsync(Func<MachineState, IEventSource> open, IMatchObserver observer, CancellationToken stop)
    {
        using var state = new MachineState(maxThreads: options.FalcoLibs.ThreadTableSize);
        using var source = open(state);
        source.Start(plan.Source);
        var stream = new OpenStream(plan.Calls.Name, source, state, new EventPipeline(state), Recovery: null);
        var clock = TimeProvider.System;
        // A capture loses nothing, whatever is to be done about losses.
        var drops = new DropActions(options with { SyscallEventDrops = new() }, Environment.MachineName, [], clock, NullLogger.Instance);
        using var run = new StreamRun(stream, plan, Environment.MachineName, [], clock, NullLogger.Instance, observer);
        await run.RunAsync(drops, static () => false, stop);
        stop.ThrowIfCancellationRequested();
        return source.Fault is { } fault ? throw new EventSourceException(fault) : new ReplayTotals(stream.Pipeline.Processed, run.Alerts);
    }
}
