using System.Globalization;
using Saker.Detector.AddressNames;
using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Engine;
using Saker.Detector.Fields;
using Saker.Detector.Following;
using Saker.Detector.Outputs;
using Saker.Detector.Scap;
using Saker.Detector.State;
using Saker.Detector.Telemetry;
using Saker.Rules;

namespace Saker.Detector.Hosting;

/// <summary>
/// The whole detector: source, state, rules, outputs. Made once, run once. A reload puts new rules and settings in place between two
/// events: source, state and outputs stay as they are where the new configuration wants the same of them.
/// </summary>
internal sealed class DetectorHost(DetectorConfiguration configuration, IReadOnlyList<string> ruleFiles, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan NamePatience = TimeSpan.FromSeconds(3);
    private static readonly CancellationToken AtOnce = new(canceled: true);

    private readonly string hostname = Environment.GetEnvironmentVariable("FALCO_HOSTNAME") is { Length: > 0 } given ? given : Environment.MachineName;
    private readonly DateTimeOffset started = clock.GetUtcNow();
    private readonly ReloadRecord reloads = new(clock);
    private Func<IReadOnlyList<FollowedState>> followed = static () => [];
    private readonly SortedDictionary<string, long> unwritten = new(StringComparer.Ordinal);
    private IReadOnlyList<OutputQueue> outputs = [];
    private long events;
    private long alerts;
    private long lost;
    private long kept;

    /// <summary>What may be asked of the detector while it runs; null for nothing.</summary>
    public HostControl? Control { get; init; }

    /// <summary>Reads the configuration anew; null where that cannot be.</summary>
    public Func<DetectorConfiguration>? Reread { get; init; }

    /// <summary>Looks at the rules alone. Returns the exit code.</summary>
    public int Check()
    {
        if (DetectorPlan.Of(configuration, ruleFiles, logger) is null)
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
            outputs = OutputAssembly.Create(plan.Configuration, clock, logger, stop);
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
            foreach (var output in outputs)
            {
                await output.DisposeAsync();
            }
        }
    }

    private async Task<DetectorPlan?> FirstPlanAsync(RuleFollowing following, CancellationToken stop)
    {
        // A capture is read with the rules that are there.
        if (configuration.Options.Engine.Kind != EngineKind.ModernEbpf)
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
        if (outputs.Count == 0)
        {
            EngineMessages.NoOutput(logger);
        }

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

        await using var pods = new Exchangeable<PodWatch>();
        await using var containers = new Exchangeable<ContainerWatch>();
        if (plan.IsLive)
        {
            // Before the driver begins, for what it brings meanwhile would have to be kept.
            await containers.UseAsync(await WatchContainersAsync(plan, state));
            await PodWatch.UseForAsync(pods, plan, state, clock, logger);
        }

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
        var running = plan.Source;
        while (true)
        {
            if (containers.Value is { } watch && !watch.Options.IsSame(plan.Configuration.Options.ContainerEngines))
            {
                await containers.UseAsync(await WatchContainersAsync(plan, state));
            }

            if (plan.IsLive)
            {
                await PodWatch.UseForAsync(pods, plan, state, clock, logger);
            }

            machine.Containers = containers.Value;
            machine.Pods = pods.Value;
            var (code, next) = await RunPlanAsync(machine, plan, reloader, stop);
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
    private async Task<(int Code, DetectorPlan? Next)> RunPlanAsync(OpenStream machine, DetectorPlan plan, PlanReloader? reloader, CancellationToken stop)
    {
        await using var names = await AddressNamesOf(plan, machine.State);
        using var run = new StreamRun(machine, plan, hostname, outputs, clock, logger);
        if (Control is not null)
        {
            Control.Reopen = Reopen;
        }

        await using var telemetry = await DetectorTelemetry.StartAsync(plan.Configuration, plan.RulePaths, hostname, started, Parts(machine, plan, run.Monitor), clock, logger);
        // What the start left behind is given back to the system, for from here on hardly anything is allocated and the
        // collector would not come for hours.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var drops = new DropActions(plan.Configuration.Options, hostname, outputs, clock, logger);
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
        var complete = await CloseAsync(machine.Source.Ended ? stop : AtOnce);
        // A replay whose alerts did not all arrive has failed.
        return (drops.MustExit || (!plan.IsLive && !complete) ? 1 : 0, null);
    }

    private DetectorParts Parts(OpenStream machine, DetectorPlan plan, EngineMonitor monitor)
    {
        var on = plan.Rules.Rules.Count(static rule => rule is { Enabled: true, Unavailable: null });
        return new DetectorParts
        {
            Monitor = monitor,
            Outputs = outputs,
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
            var begin = OutputAssembly.Prepare(next.Configuration, clock, logger);
            // They may want the same port and the same folder.
            await CountUnwrittenAsync(outputs, AtOnce);
            kept = 0; // what lies on disk, the new ones send
            foreach (var output in outputs)
            {
                await output.DisposeAsync();
            }

            outputs = begin(stop);
            return true;
        }
        catch (Exception exception) when (IsRefusal(exception))
        {
            EngineMessages.CannotReload(logger, exception.Message);
            reloads.IsRefused([exception.Message]);
            return false;
        }
    }

    private async Task CountUnwrittenAsync(IReadOnlyList<OutputQueue> queues, CancellationToken until)
    {
        var left = await Task.WhenAll(queues.Select(queue => queue.StopAsync(StopPatience, until)));
        foreach (var (queue, count) in queues.Zip(left))
        {
            kept += queue.Kept;
            unwritten[queue.Name] = unwritten.GetValueOrDefault(queue.Name) + count + queue.Dropped + queue.Failed;
        }
    }

    private void Count(OpenStream machine)
    {
        events += machine.Pipeline.Processed;
        lost += machine.Source.Statistics.Dropped;
    }

    /// <summary>Writes what waits, and says what came of the run. True when every alert was written.</summary>
    private async Task<bool> CloseAsync(CancellationToken until)
    {
        await using (until.Register(() => EngineMessages.Stopping(logger, StopPatience.TotalSeconds)))
        {
            await CountUnwrittenAsync(outputs, until);
        }

        var sum = unwritten.Values.Sum();
        var byOutput = sum == 0 ? "" : $" ({string.Join(", ", unwritten.Where(static pair => pair.Value > 0).Select(static pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}: {pair.Value}")))})";
        EngineMessages.Stopped(logger, events, alerts, lost, sum, byOutput);
        return sum == 0 && kept == 0;
    }

    private bool IsOver(CancellationToken stop)
    {
        if (stop.IsCancellationRequested)
        {
            EngineMessages.StoppedEarly(logger);
        }

        return stop.IsCancellationRequested;
    }

    private void Reopen()
    {
        EngineMessages.Reopened(logger);
        foreach (var output in outputs)
        {
            output.Reopen();
        }
    }

    private static IEventSource Open(DetectorPlan plan, MachineState state) => plan.IsLive
        ? new HoldingSource(new ModernEbpfSource())
        : new CaptureSource(File.OpenRead(plan.Configuration.Resolve(plan.Configuration.Options.Engine.Replay.CaptureFile)), state);

    /// <summary>Looks up names of addresses for a plan; null when that is not wanted.</summary>
    private async Task<NameInquiry?> AddressNamesOf(DetectorPlan plan, MachineState state)
    {
        state.AddressNames = null;
        var options = plan.Configuration.Options.AddressNames;
        if (!plan.IsLive || !options.Enabled)
        {
            return null;
        }

        var names = new NameInquiry([.. NamesIn(plan.Rules)], options.Reverse, options.MaxAddresses, new SystemResolver(), clock);
        await names.StartAsync(NamePatience);
        state.AddressNames = names;
        return names;
    }

    private static IEnumerable<string> NamesIn(RuleSet rules) => rules.Rules.Where(static rule => rule is { Enabled: true, Unavailable: null })
        .SelectMany(static rule => FieldCatalogue.AddressNames.SelectMany(rule.Condition.ValuesNamed));

    private Task<ContainerWatch> WatchContainersAsync(DetectorPlan plan, MachineState state) =>
        ContainerWatch.StartAsync(plan.Configuration.Options.ContainerEngines, state, HostRoot.OfThisProcess(), clock, logger);

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
