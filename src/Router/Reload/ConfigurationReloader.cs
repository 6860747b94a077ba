using System.Threading.Channels;
using Saker.Outputs;
using Saker.Router.Configuration;
using Saker.Router.Routing;
using Saker.Router.Telemetry;
using Saker.Settings;

namespace Saker.Router.Reload;

/// <summary>
/// Reads the configuration again when it is told to or when a file changed, and takes the running router over to it. With faults the
/// one before stays in effect. One reading at a time.
/// </summary>
internal sealed class ConfigurationReloader : IAsyncDisposable
{
    private readonly ReloadTargets targets;
    private readonly List<RoutedOutput> outputs;
    private readonly Func<RouterConfiguration> load;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Channel<string> causes = Channel.CreateBounded<string>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource stop = new();
    private readonly Task work;
    private volatile RunningConfiguration state;
    private volatile RouterConfiguration latest; // also one that was refused: what it names may be mended where it stands
    private volatile string loaded;
    private string clientFiles;

    /// <summary>Watches from now on, if the configuration says so.</summary>
    /// <param name="running">The configuration in effect.</param>
    /// <param name="outputs">Its outputs. The list holds those in effect at any time; whoever disposes of this disposes of them.</param>
    /// <param name="load">Reads file and variables.</param>
    /// <param name="targets">What is changed.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Gets the faults and what came of a reading.</param>
    public ConfigurationReloader(
        RouterConfiguration running, List<RoutedOutput> outputs, Func<RouterConfiguration> load, ReloadTargets targets, TimeProvider clock, ILogger logger)
    {
        latest = running;
        state = new RunningConfiguration(running, [.. outputs]);
        (this.outputs, this.load, this.targets, this.clock, this.logger) = (outputs, load, targets, clock, logger);
        clientFiles = ClientFiles(running);
        loaded = Fingerprint(running.Fingerprint);
        var watch = new FileWatch(PresentFingerprint, () => loaded, () => Trigger("a file changed"), clock);
        work = Task.WhenAll(Task.Run(WorkAsync), Task.Run(() => watch.RunAsync(() => state.Configuration.Router.Config.Watch, stop.Token)));
    }

    /// <summary>What is in effect now, and the last reading.</summary>
    public RunningConfiguration State => state;

    /// <summary>Asks for a reading; returns at once.</summary>
    public void Trigger(string cause) => causes.Writer.TryWrite(cause);

    /// <summary>Reads no more; completes when a reading under way is through.</summary>
    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await work;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private static string ClientFiles(RouterConfiguration configuration) => FileFingerprint.Of(ClientCertificates.Files(configuration));

    private async Task WorkAsync()
    {
        try
        {
            await foreach (var cause in causes.Reader.ReadAllAsync(stop.Token))
            {
                await ReloadAsync(cause);
            }
        }
        catch (OperationCanceledException)
        {
            // The router stops.
        }
    }

    private async Task ReloadAsync(string cause)
    {
        try
        {
            loaded = PresentFingerprint();
            var read = load();
            latest = read;
            loaded = Fingerprint(read.Fingerprint);
            await TakeOverAsync(read, cause);
        }
#pragma warning disable CA1031 // Whatever is wrong with a new configuration or in the change to it must not end a router that runs.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            targets.Reloads.CountRefused();
            Note(cause, "failed");
            ReloadMessages.Failed(logger, exception, cause);
        }
    }

    private async Task TakeOverAsync(RouterConfiguration read, string cause)
    {
        var clientFiles = ClientFiles(read);
        var plan = ReloadPlan.Between(state.Configuration, read, instance => instance.Options is NetworkOutputOptions && clientFiles != this.clientFiles);
        var faults = new ConfigFaults();
        var outputs = read.IsRefused ? [] : OutputAssembly.Create(
            plan.Configuration, clock, faults, targets.Notices, instance => plan.IsUnchanged(instance.Name) ? this.outputs.Find(output => output.Name == instance.Name) : null);
        foreach (var fault in read.Faults.Concat(faults.All))
        {
            ConfigurationLog.Fault(logger, fault);
        }

        if (read.IsRefused || (faults.HasErrors && read.Router.Config.OnError == "refuse"))
        {
            targets.Reloads.CountRefused();
            Note(cause, "refused");
            ReloadMessages.Refused(logger, cause);
            foreach (var output in outputs.Except(this.outputs))
            {
                await output.DisposeAsync();
            }

            return;
        }

        await ApplyAsync(plan, outputs);
        this.clientFiles = clientFiles;
        loaded = Fingerprint(read.Fingerprint); // other certificates may be named now
        Tell(plan, cause);
    }

    private async Task ApplyAsync(ReloadPlan plan, List<RoutedOutput> outputs)
    {
        var router = plan.Configuration.Router;
        targets.Levels.Level = ReloadTargets.LevelOf(router);
        if (targets.Certificates?.TryReadAgain() is { } problem)
        {
            ReloadMessages.CertificateKept(logger, problem);
        }

        targets.Enricher.Use(router); // first: it has the fields that the labels want
        targets.Metrics.UseLabels(EventLabels.Create(router, static _ => { }), router.Prometheus.MaxLabelValues);
        targets.Access.Use(router.Http);
        var before = this.outputs.ToDictionary(static output => output.Delivery);
        await targets.Delivery.ApplyAsync([.. outputs.Select(static output => output.Delivery)], ended => before[ended].DisposeAsync());
        this.outputs.Clear();
        this.outputs.AddRange(outputs);
        state = state with { Configuration = plan.Configuration, Outputs = [.. outputs] };
    }

    private void Tell(ReloadPlan plan, string cause)
    {
        if (plan.IsEmpty)
        {
            targets.Reloads.CountUnchanged();
            Note(cause, "unchanged", plan);
            ReloadMessages.Unchanged(logger, cause);
        }
        else
        {
            targets.Reloads.CountApplied();
            Note(cause, "applied", plan);
            ReloadMessages.Applied(logger, cause, List(plan.Added), List(plan.Changed), List(plan.Removed), plan.UnchangedCount, List(plan.Settings));
        }

        if (plan.NeedsRestart.Count > 0)
        {
            ReloadMessages.NeedsRestart(logger, List(plan.NeedsRestart));
        }
    }

    private void Note(string cause, string result, ReloadPlan? plan = null) => state = state with
    {
        LastReload = new LastReload(clock.GetUtcNow(), cause, result)
        {
            Changes = plan is null ? [] : [.. plan.Added.Select(static name => $"added {name}"), .. plan.Changed.Select(static name => $"changed {name}"), .. plan.Removed.Select(static name => $"removed {name}"), .. plan.Settings],
            NeedsRestart = plan?.NeedsRestart ?? [],
        },
    };

    private static string List(List<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);

    private string PresentFingerprint() => Fingerprint(latest.PresentFingerprint);

    // The certificates count as well: renewing them is a change, although the file that names them is the same.
    private string Fingerprint(string configuration) =>
        $"{configuration} {FileFingerprint.Of(ClientCertificates.Files(state.Configuration).Concat(targets.Certificates?.Files ?? []))}";
}
