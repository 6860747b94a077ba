using Saker.Alerts;
using Saker.Detector.Alerting;
using Saker.Detector.Configuration;
using Saker.Detector.Outputs;

namespace Saker.Detector.Telemetry;

/// <summary>
/// Sends the figures to the outputs, and into a file, from time to time: to the outputs as an alert of a rule that no file has
/// (<c>Falco internal: metrics snapshot</c>, source <c>internal</c>), for those who collect alerts and no metrics. Its fields
/// have Falco's names.
/// </summary>
internal sealed class SnapshotAlerts : IAsyncDisposable
{
    private const string Rule = "Falco internal: metrics snapshot";
    private const string Message = "Falco metrics snapshot";

    private readonly DetectorOptions options;
    private readonly DetectorFacts facts;
    private readonly EngineMonitor monitor;
    private readonly IReadOnlyList<OutputQueue> outputs;
    private readonly SnapshotFile? file;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource stop = new();
    private readonly Task work;
    private EngineSnapshot before = new();
    private DateTimeOffset beforeAt;

    /// <summary>Sends from now on, first after one interval.</summary>
    /// <param name="options">What is sent.</param>
    /// <param name="facts">What does not change.</param>
    /// <param name="monitor">The engine's counters.</param>
    /// <param name="outputs">The outputs.</param>
    /// <param name="file">The file; null for none.</param>
    /// <param name="clock">The time.</param>
    public SnapshotAlerts(DetectorOptions options, DetectorFacts facts, EngineMonitor monitor, IReadOnlyList<OutputQueue> outputs, SnapshotFile? file, TimeProvider clock)
    {
        this.options = options;
        this.facts = facts;
        this.monitor = monitor;
        this.outputs = outputs;
        this.file = file;
        this.clock = clock;
        beforeAt = facts.Started;
        work = Task.Run(SendAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await work;
        stop.Dispose();
    }

    private async Task SendAsync()
    {
        using var timer = new PeriodicTimer(options.Metrics.Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                var engine = await monitor.ReadAsync(stop.Token);
                var now = clock.GetUtcNow();
                Send(Fields(engine, ResourceUsage.Read(), now), now);

                (before, beforeAt) = (engine, now);
            }
        }
        catch (OperationCanceledException)
        {
            // The detector stops.
        }
    }

    private void Send(IReadOnlyCollection<KeyValuePair<string, object>> fields, DateTimeOffset now)
    {
        file?.Append(fields);
        if (!options.Metrics.OutputRule)
        {
            return;
        }

        var line = new InternalAlert(options, facts.Hostname).Format(Rule, Message, Priority.Informational, fields, now);
        foreach (var output in outputs)
        {
            output.Write(line);
        }
    }

    private IReadOnlyCollection<KeyValuePair<string, object>> Fields(EngineSnapshot engine, ResourceUsage usage, DateTimeOffset now) =>
        new SnapshotFields(options.Metrics, facts, monitor).Of(engine, before, usage, now, now - beforeAt, outputs.Sum(static output => output.Dropped));
}
