using System.Diagnostics.Metrics;
using Prometheus;
using Saker.Router.Delivery;
using Saker.Router.Log;

namespace Saker.Router.Telemetry;

/// <summary>Shows how the output instances and the log stand. They count; this reads at each scrape, and listens to the time of attempts.</summary>
internal sealed class DeliveryMetrics : IDisposable
{
    private readonly Counter outputs;
    private readonly Counter alerts;
    private readonly Counter retries;
    private readonly Gauge depth;
    private readonly Gauge oldest;
    private readonly Gauge healthy;
    private readonly Gauge logBytes;
    private readonly Counter damaged;
    private readonly MeterListener listener = new();

    public DeliveryMetrics(RouterMetrics metrics, DeliveryEngine engine, IAlertLog log)
    {
        var factory = metrics.Factory;
        outputs = metrics.Outputs;
        alerts = factory.CreateCounter("saker_router_delivery_alerts_total", "Alerts that were settled, by output and outcome.", ["output", "outcome"]);
        retries = factory.CreateCounter("saker_router_delivery_retries_total", "Attempts that repeated an earlier one.", ["output"]);
        depth = factory.CreateGauge("saker_router_queue_depth", "Records of the log that an output has not passed yet.", ["output"]);
        oldest = factory.CreateGauge("saker_router_oldest_undelivered_seconds", "Age of an output's oldest undelivered alert.", ["output"]);
        healthy = factory.CreateGauge("saker_router_output_healthy", "1 while attempts succeed, 0 while they fail.", ["output"]);
        logBytes = factory.CreateGauge("saker_router_log_bytes", "Bytes of the alert log on the disk.");
        damaged = factory.CreateCounter("saker_router_log_damaged_total", "Damaged stretches of the log that were found.");
        Listen(factory.CreateHistogram("saker_router_attempt_seconds", "Time of an attempt.", ["output"], new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.005, 2, 12) }));
        Read(engine.Status, log.Status); // each series exists from the start
        metrics.BeforeScrape(() => Read(engine.Status, log.Status));
    }

    public void Dispose() => listener.Dispose();

    private void Listen(Histogram duration)
    {
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is Histogram<double> && instrument.Meter.Name == OutputCounters.MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) => duration.WithLabels((string)tags[0].Value!).Observe(seconds));
        listener.Start();
    }

    private void Read(IReadOnlyList<OutputStatus> statuses, AlertLogStatus log)
    {
        logBytes.Set(log.Bytes);
        damaged.IncTo(log.Damaged);
        foreach (var status in statuses)
        {
            var counted = status.Counters;
            outputs.WithLabels(status.Name, "ok").IncTo(counted.Attempts - counted.FailedAttempts);
            outputs.WithLabels(status.Name, "error").IncTo(counted.FailedAttempts);
            alerts.WithLabels(status.Name, "delivered").IncTo(counted.Delivered);
            alerts.WithLabels(status.Name, "dead_letter").IncTo(counted.DeadLetters);
            alerts.WithLabels(status.Name, "cut_loose").IncTo(counted.CutLoose);
            alerts.WithLabels(status.Name, "lost").IncTo(counted.Lost);
            retries.WithLabels(status.Name).IncTo(counted.Retries);
            depth.WithLabels(status.Name).Set(status.Depth);
            oldest.WithLabels(status.Name).Set(status.OldestAge.TotalSeconds);
            healthy.WithLabels(status.Name).Set(status.IsHealthy ? 1 : 0);
        }
    }
}
