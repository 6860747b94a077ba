using System.Threading.Channels;
using Saker.Outputs;
using Saker.Router.Cli;
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
    private readonly ReloadTargets _targets;
    private readonly List<RoutedOutput> _outputs;
    private readonly Func<RouterConfiguration> _load;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Channel<string> _causes = Channel.CreateBounded<string>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;
    private volatile RouterConfiguration _running;
    private volatile string _loaded;
    private string _clientFiles;

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
        (_running, _outputs, _load, _targets, _clock, _logger) = (running, outputs, load, targets, clock, logger);
        _clientFiles = ClientFiles(running.Router);
        _loaded = Fingerprint(running.Fingerprint);
        var watch = new FileWatch(PresentFingerprint, () => _loaded, () => Trigger("a file changed"), clock);
        _work = Task.WhenAll(Task.Run(WorkAsync), Task.Run(() => watch.RunAsync(() => _running.Router.Config.Watch, _stop.Token)));
    }

    /// <summary>Asks for a reading; returns at once.</summary>
    public void Trigger(string cause) => _causes.Writer.TryWrite(cause);

    /// <summary>Reads no more; completes when a reading under way is through.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _work;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private static string ClientFiles(RouterOptions options) => FileFingerprint.Of(ClientFileNames(options));

    private static IEnumerable<string> ClientFileNames(RouterOptions options)
    {
        var files = OutputAssembly.TlsFiles(options);
        return ((string[])[files.CaCertFile, files.CertFile, files.KeyFile]).Where(static file => file.Length > 0);
    }

    private async Task WorkAsync()
    {
        try
        {
            await foreach (var cause in _causes.Reader.ReadAllAsync(_stop.Token))
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
            _loaded = PresentFingerprint();
            var read = _load();
            _loaded = Fingerprint(read.Fingerprint);
            await TakeOverAsync(read, cause);
        }
#pragma warning disable CA1031 // Whatever is wrong with a new configuration or in the change to it must not end a router that runs.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            _targets.Reloads.CountRefused();
            ReloadMessages.Failed(_logger, exception, cause);
        }
    }

    private async Task TakeOverAsync(RouterConfiguration read, string cause)
    {
        var clientFiles = ClientFiles(read.Router);
        var plan = ReloadPlan.Between(_running, read, instance => instance.Options is HttpOutputOptions && clientFiles != _clientFiles);
        var faults = new ConfigFaults();
        List<RoutedOutput> outputs = read.IsRefused ? [] : OutputAssembly.Create(
            plan.Configuration, _clock, faults, instance => plan.IsUnchanged(instance.Name) ? _outputs.Find(output => output.Name == instance.Name) : null);
        foreach (var fault in read.Faults.Concat(faults.All))
        {
            RunLog.Fault(_logger, fault);
        }

        if (read.IsRefused || (faults.HasErrors && read.Router.Config.OnError == "refuse"))
        {
            _targets.Reloads.CountRefused();
            ReloadMessages.Refused(_logger, cause);
            foreach (var output in outputs.Except(_outputs))
            {
                await output.DisposeAsync();
            }

            return;
        }

        await ApplyAsync(plan, outputs);
        _clientFiles = clientFiles;
        _loaded = Fingerprint(read.Fingerprint); // other certificates may be named now
        Tell(plan, cause);
    }

    private async Task ApplyAsync(ReloadPlan plan, List<RoutedOutput> outputs)
    {
        var router = plan.Configuration.Router;
        _targets.Levels.Level = ReloadTargets.LevelOf(router);
        if (_targets.Certificates?.TryReadAgain() is { } problem)
        {
            ReloadMessages.CertificateKept(_logger, problem);
        }

        _targets.Metrics.UseLabels(EventLabels.Create(router, static (_, _, _) => { }), router.Prometheus.MaxLabelValues);
        _targets.Enricher.Use(router);
        var before = _outputs.ToDictionary(static output => output.Delivery);
        await _targets.Delivery.ApplyAsync([.. outputs.Select(static output => output.Delivery)], ended => before[ended].DisposeAsync());
        _outputs.Clear();
        _outputs.AddRange(outputs);
        _running = plan.Configuration;
    }

    private void Tell(ReloadPlan plan, string cause)
    {
        if (plan.IsEmpty)
        {
            _targets.Reloads.CountUnchanged();
            ReloadMessages.Unchanged(_logger, cause);
        }
        else
        {
            _targets.Reloads.CountApplied();
            ReloadMessages.Applied(_logger, cause, List(plan.Added), List(plan.Changed), List(plan.Removed), plan.UnchangedCount, List(plan.Settings));
        }

        if (plan.NeedsRestart.Count > 0)
        {
            ReloadMessages.NeedsRestart(_logger, List(plan.NeedsRestart));
        }
    }

    private static string List(List<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);

    private string PresentFingerprint() => Fingerprint(_running.File is { } file ? FileFingerprint.Of(file) : "");

    // The certificates count as well: renewing them is a change, although the file that names them is the same.
    private string Fingerprint(string configuration) =>
        $"{configuration} {FileFingerprint.Of(ClientFileNames(_running.Router).Concat(_targets.Certificates?.Files ?? []))}";
}
