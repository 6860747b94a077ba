using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Engine;
using Saker.Detector.Following;
using Saker.Detector.Scap;
using Saker.Detector.State;
using Saker.Detector.Telemetry;

namespace Saker.Detector.Hosting;

/// <summary>
/// The whole detector: source, state, rules, outputs. Made once, run once. A reload puts new rules and settings in place between two
/// events: source, state and outputs stay as they are where the new configuration wants the same of them.
/// </summary>
internal sealed class DetectorHost(DetectorConfiguration configuration, IReadOnlyList<string> ruleFiles, TimeProvider clock, ILogger logger)
{
    private readonly string hostname = Environment.GetEnvironmentVariable("FALCO_HOSTNAME") is { Length: > 0 } given ? given : Environment.MachineName;
    private readonly DateTimeOffset started = clock.GetUtcNow();
    private readonly ReloadRecord reloads = new(clock);
    private readonly HostOutputs outputs = new(clock, logger);
    private Func<IReadOnlyList<FollowedState>> followed = static () => [];
    private long events;
    private long alerts;
    private long lost;

    /// <summary>What may be asked of the detector while it runs; null for nothing.</summary>
    public HostControl? Control { get; init; }

    /// <summary>Reads the configuration anew; null where that cannot be.</summary>
    public Func<DetectorConfiguration>? Reread { get; init; }

    /// <summary>Called whenever the watching begins.</summary>
    public Action Begins { get; init; } = static () => { };

    /// <summary>Looks at configuration and rules, and begins nothing. Returns the exit code.</summary>
    public int Check()
    {
        var plan = DetectorPlan.Of(configuration, ruleFiles, logger);
        var fault = StartChecks.FaultOfPage(configuration);
        if (fault is not null)
        {
            EngineMessages.Mistake(logger, fault);
        }

        if (plan is null || fault is not null)
        {
            return 1;
        }

        EngineMessages.Checked(logger);
        return 0;
    }

    /// <summary>Runs until the token ends it or the capture is over. Returns the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        await using var following = new RuleFollowing(ruleFiles, clock, logger);
        followed = () => following.States;
        if (await FirstPlanAsync(following, stop) is not { } plan)
        {
            return stop.IsCancellationRequested ? 0 : 1;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var reloader = Control is not null && Reread is not null ? new PlanReloader(Control, Reread, ruleFiles, following, reloads, logger) : null;
        var reloading = reloader is null ? Task.CompletedTask : WatchAsync(reloader, plan, ended.Token);
        try
        {
            outputs.Begin(plan.Configuration, stop);
            return await RunAsync(plan, reloader, stop);
        }
        catch (Exception exception) when (IsRefusal(exception))
        {
            EngineMessages.CannotStart(logger, exception.Message);
            return 1;
        }
        finally
        {
            await ended.CancelAsync();
            await reloading;
            await outputs.EndAsync();
        }
    }

    private async Task<DetectorPlan?> FirstPlanAsync(RuleFollowing following, CancellationToken stop)
    {
        // A capture is read with the rules that are there.
        if (!configuration.Options.Engine.IsLive)
        {
            return DetectorPlan.Of(configuration, ruleFiles, logger);
        }

        try
        {
            return await following.PlanAsync(configuration, current: null, logger, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            EngineMessages.StoppedEarly(logger);
            return null;
        }
    }

    private static bool IsRefusal(Exception exception) => exception is EventSourceException or IOException or UnauthorizedAccessException or InvalidDataException;

    private static async Task WatchAsync(PlanReloader reloader, DetectorPlan plan, CancellationToken stop)
    {
        try
        {
            await reloader.RunAsync(plan, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The detector stops.
        }
    }

    /// <summary>One source after the other: a reload that wants another one begins anew, with what is known from /proc.</summary>
    private async Task<int> RunAsync(DetectorPlan plan, PlanReloader? reloader, CancellationToken stop)
    {
        DetectorPlan? before = null;
        while (true)
        {
            try
            {
                var (code, next) = await RunSourceAsync(plan, before is not null, reloader, stop);
                if (next is null)
                {
                    return code;
                }

                (before, plan) = (plan, next);
            }
            catch (EventSourceException exception) when (before is not null)
            {
                EngineMessages.CannotReload(logger, exception.Message);
                reloads.IsRefused([exception.Message]);
                plan = before;
                before = null;
            }
        }
    }

    private async Task<(int Code, DetectorPlan? Next)> RunSourceAsync(DetectorPlan plan, bool isReload, PlanReloader? reloader, CancellationToken stop)
    {
        using var state = new MachineState(maxThreads: plan.Configuration.Options.FalcoLibs.ThreadTableSize);
        using var source = Open(plan, state);
        if (IsOver(stop))
        {
            return (0, null);
        }

        await using var watches = new MachineWatches(state, clock, logger);
        // Before the driver begins, for what it brings meanwhile would have to be kept.
        await watches.UseForAsync(plan);
        source.Start(plan.Source);
        if (IsOver(stop))
        {
            return (0, null);
        }

        if (isReload)
        {
            reloads.IsInUse();
        }

        var machine = new OpenStream(plan.Calls.Name, source, state, new EventPipeline(state), source is HoldingSource live ? ReadMachine(live, state, plan.Source) : null);
        Begins();
        var running = plan.Source;
        while (true)
        {
            await watches.UseForAsync(plan);
            machine.Containers = watches.Containers;
            machine.Pods = watches.Pods;
            var (code, next) = await RunPlanAsync(machine, watches, plan, reloader, stop);
            if (next is not null && !await TakeOutputsAsync(plan, next, stop))
            {
                next = plan;
            }

            if (next is null)
            {
                return (code, null);
            }

            if (!next.IsServedBy(running))
            {
                Count(machine);
                EngineMessages.Reloaded(logger, "with a new driver; what happens until it watches is not seen");
                return (code, next);
            }

            if (next != plan)
            {
                EngineMessages.Reloaded(logger, "with the driver that watches already");
                reloads.IsInUse();
            }

            plan = next;
        }
    }

    /// <summary>Runs until the end (no next plan), or until a new plan is ready.</summary>
    private async Task<(int Code, DetectorPlan? Next)> RunPlanAsync(OpenStream machine, MachineWatches watches, DetectorPlan plan, PlanReloader? reloader, CancellationToken stop)
    {
        await using var names = await watches.NamesForAsync(plan);
        using var run = new StreamRun(machine, plan, hostname, outputs.Present, clock, logger);
        if (Control is not null)
        {
            Control.Reopen = outputs.Reopen;
        }

        await using var telemetry = await DetectorTelemetry.StartAsync(plan.Configuration, plan.RulePaths, hostname, started, Parts(machine, plan, run.Monitor), clock, logger);
        // What the start left behind is given back to the system, for from here on hardly anything is allocated and the
        // collector would not come for hours.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var drops = new DropActions(plan.Configuration.Options, hostname, outputs.Present, clock, logger);
        await run.RunAsync(drops, () => reloader?.IsReady == true, stop);
        alerts += run.Alerts;
        var next = stop.IsCancellationRequested || drops.MustExit || machine.Source.Ended ? null : reloader?.Take();
        if (next is not null)
        {
            // Events are kept until the new plan takes them.
            (machine.Source as HoldingSource)?.Hold();
        }

        await telemetry.StopAlertsAsync();
        if (next is not null)
        {
            return (0, next);
        }

        Count(machine);
        if (machine.Source.Fault is { } fault)
        {
            EngineMessages.EndedEarly(logger, events, fault);
        }

        var complete = await outputs.CloseAsync(events, alerts, lost, isAtOnce: !machine.Source.Ended, stop) && machine.Source.Fault is null;
        // A replay that did not get to its end, or whose alerts did not all arrive, has failed.
        return (drops.MustExit || (!plan.IsLive && !complete) ? 1 : 0, null);
    }

    private DetectorParts Parts(OpenStream machine, DetectorPlan plan, EngineMonitor monitor)
    {
        var on = plan.Rules.Rules.Count(static rule => rule.IsOn);
        return new DetectorParts
        {
            Monitor = monitor,
            Outputs = outputs.Present,
            Reloads = reloads,
            Runtimes = () => machine.Containers?.Runtimes ?? [],
            Followed = followed,
            RulesOn = on,
            RulesOff = plan.Rules.Rules.Count - on,
        };
    }

    /// <summary>Puts the new plan's outputs in place of the old; those that are the same stay. False when they cannot be used.</summary>
    private async Task<bool> TakeOutputsAsync(DetectorPlan plan, DetectorPlan next, CancellationToken stop)
    {
        if (next.HasOutputsOf(plan))
        {
            return true;
        }

        try
        {
            await outputs.ReplaceAsync(next.Configuration, stop);
            return true;
        }
        catch (Exception exception) when (IsRefusal(exception))
        {
            EngineMessages.CannotReload(logger, exception.Message);
            reloads.IsRefused([exception.Message]);
            return false;
        }
    }

    private void Count(OpenStream machine)
    {
        events += machine.Pipeline.Processed;
        lost += machine.Source.Statistics.Dropped;
    }

    private bool IsOver(CancellationToken stop)
    {
        if (stop.IsCancellationRequested)
        {
            EngineMessages.StoppedEarly(logger);
        }

        return stop.IsCancellationRequested;
    }

    private static IEventSource Open(DetectorPlan plan, MachineState state) => plan.IsLive
        ? new HoldingSource(new ModernEbpfSource())
        : new CaptureSource(File.OpenRead(plan.Configuration.Resolve(plan.Configuration.Options.Engine.Replay.CaptureFile)), state);

    /// <summary>What is there when the driver begins: threads, descriptors, users, addresses.</summary>
    private StateRecovery ReadMachine(HoldingSource source, MachineState state, SourceSettings asked)
    {
        EngineMessages.DriverLoaded(logger, source.Name, string.Join(", ", source.Attached), asked.SystemCalls.Count);
        Prefilters.Tell(asked, logger);
        foreach (var note in source.Notes)
        {
            EngineMessages.SourceNote(logger, note);
        }

        var recovery = new StateRecovery(source, HostState.Connect(state, clock), state, clock, logger);
        recovery.Start();
        EngineMessages.Watching(logger, state.Threads.Count);
        return recovery;
    }
}
