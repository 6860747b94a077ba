using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Prometheus;
using Saker.Router.Delivery;
using Saker.Router.Log;

namespace Saker.Router.Telemetry;

/// <summary>Shows how the output instances and the log stand. They count; this reads at each scrape, and listens to the times of deliveries.</summary>
internal sealed class DeliveryMetrics : IDisposable
{
    private readonly Counter outputs;
    private readonly Counter alerts;
    private readonly Counter retries;
    private readonly Gauge depth;
    private readonly Gauge oldest;
    private readonly Gauge healthy;
    private readonly Gauge blocked;
    private readonly Gauge paused;
    private readonly Gauge breakerClosed;
    private readonly LogMetrics logMetrics;
    private readonly MeterListener listener = new();
    private HashSet<string> shown = [];

    public DeliveryMetrics(RouterMetrics metrics, DeliveryEngine engine, IAlertLog log)
    {
        var factory = metrics.Factory;
        outputs = metrics.Outputs;
        alerts = MetricCatalogue.Settled.CreateCounter(factory);
        retries = MetricCatalogue.Retries.CreateCounter(factory);
        depth = MetricCatalogue.Depth.CreateGauge(factory);
        oldest = MetricCatalogue.OldestAge.CreateGauge(factory);
        healthy = MetricCatalogue.Healthy.CreateGauge(factory);
        blocked = MetricCatalogue.Blocked.CreateGauge(factory);
        paused = MetricCatalogue.Paused.CreateGauge(factory);
        breakerClosed = MetricCatalogue.BreakerClosed.CreateGauge(factory);
        logMetrics = new LogMetrics(factory, log, engine.DeadLetters);
        Listen(MetricCatalogue.AttemptTime.CreateHistogram(factory), MetricCatalogue.DeliveryTime.CreateHistogram(factory));
        Read(engine.Status); // each series exists from the start
        metrics.BeforeScrape(() => Read(engine.Status));
    }

    public void Dispose() => listener.Dispose();

    private void Listen(Histogram attempt, Histogram delivery)
    {
        listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == OutputCounters.MeterName && instrument is Histogram<double>)
            {
                listener.EnableMeasurementEvents(instrument, new ByOutput(instrument.Name == OutputCounters.DeliveryTimeName ? delivery : attempt));
            }
        };
        listener.SetMeasurementEventCallback<double>(static (_, seconds, tags, histogram) => ((ByOutput)histogram!).Observe((string)tags[0].Value!, seconds));
        listener.Start();
    }

    private void Read(IReadOnlyList<OutputStatus> statuses)
    {
        logMetrics.Read();
        foreach (var status in statuses)
        {
            var counted = status.Counters;
            outputs.WithLabels(status.Name, "ok").IncTo(counted.Attempts - counted.FailedAttempts);
            outputs.WithLabels(status.Name, "error").IncTo(counted.FailedAttempts);
            alerts.WithLabels(status.Name, "delivered").IncTo(counted.Delivered);
            alerts.WithLabels(status.Name, "skipped").IncTo(counted.Skipped);
            alerts.WithLabels(status.Name, "dead_letter").IncTo(counted.DeadLetters);
            alerts.WithLabels(status.Name, "cut_loose").IncTo(counted.CutLoose);
            alerts.WithLabels(status.Name, "lost").IncTo(counted.Lost);
            retries.WithLabels(status.Name).IncTo(counted.Retries);
            depth.WithLabels(status.Name).Set(status.Depth);
            oldest.WithLabels(status.Name).Set(status.OldestAge.TotalSeconds);
            healthy.WithLabels(status.Name).Set(status.IsHealthy ? 1 : 0);
            blocked.WithLabels(status.Name).Set(status.BlockedSince is null ? 0 : 1);
            paused.WithLabels(status.Name).Set(status.PausedSince is null ? 0 : 1);
            breakerClosed.WithLabels(status.Name).Set(status.Breaker == "Closed" ? 1 : 0);
        }

        ForgetRemoved(statuses);
    }

    // What an output counted stays; how it stands is nothing once it is gone from the configuration.
    private void ForgetRemoved(IReadOnlyList<OutputStatus> statuses)
    {
        var present = statuses.Select(static status => status.Name).ToHashSet();
        foreach (var gone in shown.Except(present))
        {
            foreach (var gauge in (ReadOnlySpan<Gauge>)[depth, oldest, healthy, blocked, paused, breakerClosed])
            {
                gauge.RemoveLabelled(gone);
            }
        }

        shown = present;
    }

    // Looking a series up by its labels allocates, and this runs for every alert.
    private sealed class ByOutput(Histogram histogram)
    {
        private readonly ConcurrentDictionary<string, Histogram.Child> series = new(StringComparer.Ordinal);

        public void Observe(string output, double seconds) =>
            series.GetOrAdd(output, static (name, histogram) => histogram.WithLabels(name), histogram).Observe(seconds);
    }
}
