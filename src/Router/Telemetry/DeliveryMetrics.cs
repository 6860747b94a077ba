using System.Diagnostics.Metrics;
using Prometheus;
using Saker.Router.Delivery;
using Saker.Router.Log;

namespace Saker.Router.Telemetry;

/// <summary>Shows what delivery and the log count, at each scrape. It counts nothing itself but the time of attempts, which has no total elsewhere.</summary>
internal sealed class DeliveryMetrics : IDisposable
{
    private static readonly string[] ByOutput = ["output"];

    private readonly MeterListener _listener = new();
    private readonly Counter _outputs;
    private readonly Counter _settled;
    private readonly Counter _retries;
    private readonly Gauge _depth;
    private readonly Gauge _oldest;
    private readonly Gauge _healthy;
    private readonly Gauge _logBytes;
    private readonly Gauge _logSegments;
    private readonly Counter _damaged;

    public DeliveryMetrics(RouterMetrics metrics, DeliveryEngine engine, IAlertLog log)
    {
        var factory = metrics.Factory;
        _outputs = factory.CreateCounter("falcosecurity_falcosidekick_outputs_total", "Attempts that failed and alerts that were delivered, by output.", ["destination", "status"]);
        _settled = factory.CreateCounter("saker_router_output_alerts_total", "Alerts that an output is done with, by outcome.", ["output", "outcome"]);
        _retries = factory.CreateCounter("saker_router_output_retries_total", "Attempts that repeated an earlier one.", ByOutput);
        _depth = factory.CreateGauge("saker_router_output_backlog_records", "Records of the log that the output has not passed.", ByOutput);
        _oldest = factory.CreateGauge("saker_router_output_oldest_age_seconds", "Age of the oldest undelivered alert.", ByOutput);
        _healthy = factory.CreateGauge("saker_router_output_healthy", "1 while attempts succeed, 0 while they fail.", ByOutput);
        _logBytes = factory.CreateGauge("saker_router_log_bytes", "Bytes of the alert log on the disk.");
        _logSegments = factory.CreateGauge("saker_router_log_segments", "Segments of the alert log on the disk.");
        _damaged = factory.CreateCounter("saker_router_log_damaged_total", "Damaged stretches of the log that were found.");
        var duration = factory.CreateHistogram("saker_router_output_attempt_seconds", "Time of an attempt.", ByOutput, new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.005, 2, 12) });
        metrics.BeforeScrape(() => Update(engine, log.Status));

        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is Histogram<double> && instrument.Meter.Name == OutputCounters.MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) => duration.WithLabels((string)tags[0].Value!).Observe(seconds));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    private void Update(DeliveryEngine engine, AlertLogStatus log)
    {
        foreach (var status in engine.Status)
        {
            var counters = status.Counters;
            _outputs.WithLabels(status.Name, "ok").IncTo(counters.Delivered);
            _outputs.WithLabels(status.Name, "error").IncTo(counters.FailedAttempts);
            _settled.WithLabels(status.Name, "delivered").IncTo(counters.Delivered);
            _settled.WithLabels(status.Name, "dead_letter").IncTo(counters.DeadLetters);
            _settled.WithLabels(status.Name, "cut_loose").IncTo(counters.CutLoose);
            _settled.WithLabels(status.Name, "lost").IncTo(counters.Lost);
            _retries.WithLabels(status.Name).IncTo(counters.Retries);
            _depth.WithLabels(status.Name).Set(status.Depth);
            _oldest.WithLabels(status.Name).Set(status.OldestAge.TotalSeconds);
            _healthy.WithLabels(status.Name).Set(status.IsHealthy ? 1 : 0);
        }

        _logBytes.Set(log.Bytes);
        _logSegments.Set(log.Segments);
        _damaged.IncTo(log.Damaged);
    }
}
