using Prometheus;
using Saker.Router.Delivery;
using Saker.Router.Log;

namespace Saker.Router.Telemetry;

/// <summary>Shows how the alert log and the dead letters stand.</summary>
internal sealed class LogMetrics(IMetricFactory factory, IAlertLog log, IDeadLetters letters)
{
    private readonly Gauge bytes = MetricCatalogue.LogBytes.CreateGauge(factory);
    private readonly Gauge segments = MetricCatalogue.LogSegments.CreateGauge(factory);
    private readonly Gauge records = MetricCatalogue.LogRecords.CreateGauge(factory);
    private readonly Counter groups = MetricCatalogue.LogGroups.CreateCounter(factory);
    private readonly Counter refused = MetricCatalogue.LogRefused.CreateCounter(factory);
    private readonly Counter damaged = MetricCatalogue.LogDamaged.CreateCounter(factory);
    private readonly Gauge healthy = MetricCatalogue.LogHealthy.CreateGauge(factory);
    private readonly Gauge deadLetters = MetricCatalogue.DeadLetters.CreateGauge(factory);
    private readonly Counter displaced = MetricCatalogue.DeadLettersDisplaced.CreateCounter(factory);

    public void Read()
    {
        var status = log.Status;
        bytes.Set(status.Bytes);
        segments.Set(status.Segments);
        records.Set(status.Next - status.First);
        groups.IncTo(status.Groups);
        refused.IncTo(status.Refused);
        damaged.IncTo(status.Damaged);
        healthy.Set(status.Fault is null ? 1 : 0);
        deadLetters.Set(letters.Count);
        displaced.IncTo(letters.Displaced);
    }
}
