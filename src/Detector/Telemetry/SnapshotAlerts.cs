using Saker.Alerts;
using Saker.Detector.Alerting;
using Saker.Detector.Configuration;
using Saker.Detector.Outputs;

namespace Saker.Detector.Telemetry;

/// <summary>
/// Sends the figures to the outputs from time to time, as an alert of a rule that no file has
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
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource stop = new();
    private readonly Task work;
    private EngineSnapshot before = new();
    private DateTimeOffset beforeAt;

    /// <summary>Sends from now on, first after one interval.</summary>
    public SnapshotAlerts(DetectorOptions options, DetectorFacts facts, EngineMonitor monitor, IReadOnlyList<OutputQueue> outputs, TimeProvider clock)
    {
        this.options = options;
        this.facts = facts;
        this.monitor = monitor;
        this.outputs = outputs;
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
                var line = Format(engine, ResourceUsage.Read(), now);
                foreach (var output in outputs)
                {
                    output.Write(line);
                }

                (before, beforeAt) = (engine, now);
            }
        }
        catch (OperationCanceledException)
        {
            // The detector stops.
        }
    }

    private AlertLine Format(EngineSnapshot engine, ResourceUsage usage, DateTimeOffset now)
    {
        var fields = new SnapshotFields(options.Metrics, facts, monitor).Of(engine, before, usage, now, now - beforeAt, outputs.Sum(static output => output.Dropped));
        return new InternalAlert(options, facts.Hostname).Format(Rule, Message, Priority.Informational, fields, now);
    }
}
