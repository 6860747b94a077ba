using System.Net.Sockets;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;

namespace Saker.Detector.Telemetry;

/// <summary>Shows how the detector does, for as long as it runs: over HTTP, and as alerts of its own.</summary>
internal sealed partial class DetectorTelemetry : IAsyncDisposable
{
    private readonly WebServer? server;
    private SnapshotAlerts? alerts;

    private DetectorTelemetry(WebServer? server, SnapshotAlerts? alerts)
    {
        this.server = server;
        this.alerts = alerts;
    }

    /// <summary>Starts what the configuration asks for.</summary>
    /// <param name="configuration">Sections <c>webserver</c> and <c>metrics</c>.</param>
    /// <param name="rulePaths">Rule files and folders that were loaded.</param>
    /// <param name="hostname">The machine's name in alerts.</param>
    /// <param name="started">When the detector started; rules may have been loaded later.</param>
    /// <param name="parts">What is shown.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Told where it listens, and why it does not.</param>
    public static async Task<DetectorTelemetry> StartAsync(
        DetectorConfiguration configuration, IEnumerable<string> rulePaths, string hostname, DateTimeOffset started, DetectorParts parts, TimeProvider clock, ILogger logger)
    {
        var options = configuration.Options;
        var facts = new DetectorFacts
        {
            Hostname = hostname,
            Started = started,
            Loaded = clock.GetUtcNow(),
            RuleFiles = DetectorFacts.Hash(RuleFiles.Expand(rulePaths)),
            ConfigFiles = DetectorFacts.Hash(configuration.Files),
        };
        var metrics = options is { Metrics.Enabled: true, Webserver.PrometheusMetricsEnabled: true }
            ? new MetricsPage(options.Metrics, facts, parts, clock)
            : null;
        var server = options.Webserver.Enabled ? await ListenAsync(options.Webserver, configuration.Resolve, new HealthPage(parts.Outputs), new VerboseHealth(facts, parts, clock), metrics, logger) : null;
        var file = options.Metrics.OutputFile.Length > 0 ? new SnapshotFile(configuration.Resolve(options.Metrics.OutputFile), logger) : null;
        var alerts = options.Metrics.Enabled && (options.Metrics.OutputRule || file is not null) ? new SnapshotAlerts(options, facts, parts.Monitor, parts.Outputs, file, clock) : null;
        return new DetectorTelemetry(server, alerts);
    }

    /// <summary>Sends no more snapshots. To be called before the outputs close.</summary>
    public ValueTask StopAlertsAsync() => Interlocked.Exchange(ref alerts, null)?.DisposeAsync() ?? ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await StopAlertsAsync();
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>A detector that cannot be asked for its health still watches: whoever asks for it finds out.</summary>
    private static async Task<WebServer?> ListenAsync(WebserverOptions options, Func<string, string> resolve, HealthPage health, VerboseHealth verbose, MetricsPage? metrics, ILogger logger)
    {
        try
        {
            var server = await WebServer.StartAsync(options, resolve, health, verbose, metrics);
            Log.Listening(logger, $"{server.Address}{options.K8sHealthzEndpoint}", metrics is null ? "off" : $"{server.Address}/metrics");
            return server;
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            Log.NotListening(logger, $"{options.ListenAddress}:{options.ListenPort}", exception.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1301, LogLevel.Information, "Health: {Health}; metrics: {Metrics}.")]
        public static partial void Listening(ILogger logger, string health, string metrics);

        [LoggerMessage(1302, LogLevel.Error, "The web server cannot listen on {Address} (webserver.listen_address, webserver.listen_port): {Reason} The detector watches without health and metrics.")]
        public static partial void NotListening(ILogger logger, string address, string reason);
    }
}
