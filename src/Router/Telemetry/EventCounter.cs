using Prometheus;
using Saker.Alerts;

namespace Saker.Router.Telemetry;

/// <summary>Falcosidekick's count of accepted alerts. It has a registry of its own: its labels follow the configuration, which may change.</summary>
internal sealed class EventCounter
{
    private const int MaxSeries = 20_000;

    private readonly CollectorRegistry registry = Metrics.NewCustomRegistry();
    private readonly EventLabels labels;
    private readonly int maxLabelValues;
    private readonly BoundedLabels bounds;
    private readonly Counter counter;

    public EventCounter(EventLabels labels, int maxLabelValues)
    {
        (this.labels, this.maxLabelValues) = (labels, maxLabelValues);
        bounds = new BoundedLabels(labels.Names.Count, maxLabelValues, MaxSeries);
        var definition = MetricCatalogue.Events with { Labels = labels.Names };
        counter = definition.CreateCounter(Metrics.WithCustomRegistry(registry));
    }

    /// <summary>True when it counts by these labels already.</summary>
    public bool IsFor(EventLabels labels, int maxLabelValues) => this.maxLabelValues == maxLabelValues && this.labels.Equals(labels);

    public void Count(Alert alert)
    {
        var values = labels.Values(alert);
        bounds.Fold(values);
        counter.WithLabels(values).Inc();
    }

    public Task WriteAsync(Stream stream, CancellationToken cancellationToken) => registry.CollectAndExportAsTextAsync(stream, cancellationToken);
}
