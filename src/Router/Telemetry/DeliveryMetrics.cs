using Prometheus;
using Saker.Router.Delivery;

namespace Saker.Router.Telemetry;

/// <summary>Shows how the output instances stand. Delivery counts; this reads at each scrape.</summary>
internal sealed class DeliveryMetrics
{
    private readonly Counter outputs;
    private readonly Counter alerts;
    private readonly Counter retries;
    private readonly Gauge depth;
    private readonly Gauge oldest;
    private readonly Gauge healthy;

    public DeliveryMetrics(RouterMetrics metrics, DeliveryEngine engine)
    {
        var factory = metrics.Factory;
        outputs = metrics.Outputs;
        alerts = factory.CreateCounter("saker_router_delivery_alerts_total", "Alerts that were settled, by output and outcome.", ["output", "outcome"]);
        retries = factory.CreateCounter("saker_router_delivery_retries_total", "Attempts that repeated an earlier one.", ["output"]);
        depth = factory.CreateGauge("saker_router_queue_depth", "Records of the log that an output has not passed yet.", ["output"]);
        oldest = factory.CreateGauge("saker_router_oldest_undelivered_seconds", "Age of an output's oldest undelivered alert.", ["output"]);
        healthy = factory.CreateGauge("saker_router_output_healthy", "1 while attempts succeed, 0 while they fail.", ["output"]);
        Read(engine.Status); // each series exists from the start
        metrics.BeforeScrape(() => Read(engine.Status));
    }

    private void Read(IReadOnlyList<OutputStatus> statuses)
    {
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
