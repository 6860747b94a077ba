using Saker.Detector.Alerting;
using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.Fields;
using Saker.Detector.Holding;
using Saker.Detector.MatchCaptures;
using Saker.Detector.Outputs;
using Saker.Detector.Scap;
using Saker.Detector.Telemetry;

namespace Saker.Detector.Hosting;

/// <summary>One stream under one plan: its events meet the plan's rules for it, until the plan ends.</summary>
internal sealed class StreamRun : IDisposable
{
    private readonly OpenStream opened;
    private readonly EventContext context;
    private readonly AlertFormatter formatter;
    private readonly AlertHold? hold;
    private readonly RuleTeam? team;
    private readonly MatchCapturer? captures;
    private readonly RuleEngine engine;
    private readonly TimeProvider clock;
    private readonly ILogger logger;

    /// <param name="opened">The stream's source and state.</param>
    /// <param name="plan">The rules, and how alerts look.</param>
    /// <param name="hostname">The machine's name in alerts.</param>
    /// <param name="outputs">Where alerts go.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Told of losses.</param>
    /// <param name="observer">Sees matches while their events are there; null for nobody.</param>
    public StreamRun(
        OpenStream opened, DetectorPlan plan, string hostname, IReadOnlyList<OutputQueue> outputs, TimeProvider clock, ILogger logger, IMatchObserver? observer = null)
    {
        this.opened = opened;
        this.clock = clock;
        this.logger = logger;
        var options = plan.Configuration.Options;
        var stream = plan.Streams.Single(stream => stream.Name == opened.Name);
        context = stream.ContextFor(hostname, options.BufferFormatBase64);
        formatter = new AlertFormatter(options, stream.Catalogue, hostname);
        var longest = TimeSpan.FromMilliseconds(options.Container.HoldMs);
        var holds = opened.Containers is not null && longest > TimeSpan.Zero;
        var matcher = stream.MatcherOf(plan.Rules, options.RuleMatching, holds);
        var counters = new HoldCounters();
        captures = options.Capture.Enabled
            ? new MatchCapturer(options.Capture, plan.Configuration.Resolve(options.Capture.PathPrefix), opened.State, MachineOf(opened.Source), plan.IsLive, holds ? longest : TimeSpan.Zero, clock, logger)
            : null;
        hold = holds ? new AlertHold(longest, matcher, formatter, opened.State, counters, clock) { Captures = captures } : null;
        // A capture begins with the event that matches, and who looks on sees it: none may be put off.
        team = RuleTeam.Of(captures is null && observer is null ? options.Workers : 1, stream, matcher, opened.State, options, hostname, holds);
        engine = new RuleEngine(opened.Pipeline, matcher, stream.Types, context, formatter, outputs, counters, hold, captures, team, observer);
        Monitor = new EngineMonitor(stream.Name, opened.Source, opened.State, opened.Pipeline, engine, matcher, opened.Containers?.Counters, opened.Pods?.Counters, captures?.Counters, clock);
    }

    /// <summary>The counters of the run.</summary>
    public EngineMonitor Monitor { get; }

    /// <summary>Alerts made so far.</summary>
    public long Alerts => engine.Alerts;

    /// <summary>Runs until the source ends, the stop is wanted, events were lost that must not be, or something else is to be done.</summary>
    /// <param name="drops">What is to happen after losses.</param>
    /// <param name="otherwise">Whether something else is to be done.</param>
    /// <param name="stop">The stop.</param>
    public async Task RunAsync(DropActions drops, Func<bool> otherwise, CancellationToken stop)
    {
        var loop = new EventLoop(opened, engine, captures, Monitor, drops, clock, logger) { Told = opened.Told };
        // A thread of its own: the loop waits in the kernel, and a pool thread should not.
        await Task.Factory.StartNew(
            () => loop.Run(otherwise, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        opened.Told = loop.Told;
    }

    public void Dispose()
    {
        team?.Dispose();
        captures?.Dispose();
        hold?.Dispose();
        formatter.Dispose();
        context.Dispose();
    }

    private static CapturedMachine MachineOf(IEventSource source) => source is CaptureSource capture ? capture.Machine : MachineFacts.Read().AsCaptured();
}
