using Prometheus;
using Saker.Alerts;

namespace Saker.Router.Telemetry;

/// <summary>Falcosidekick's count of accepted alerts. It has a registry of its own: its labels follow the configuration, which may change.</summary>
internal sealed class EventCounter
{
    private const int MaxSeries = 20_000;

    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly EventLabels _labels;
    private readonly int _maxLabelValues;
    private readonly BoundedLabels _bounds;
    private readonly Counter _counter;

    public EventCounter(EventLabels labels, int maxLabelValues)
    {
        (_labels, _maxLabelValues) = (labels, maxLabelValues);
        _bounds = new BoundedLabels(labels.Names.Count, maxLabelValues, MaxSeries);
        var definition = MetricCatalogue.Events with { Labels = labels.Names };
        _counter = definition.CreateCounter(Metrics.WithCustomRegistry(_registry));
    }

    /// <summary>True when it counts by these labels already.</summary>
    public bool IsFor(EventLabels labels, int maxLabelValues) => _maxLabelValues == maxLabelValues && _labels.Equals(labels);

    public void Count(Alert alert)
    {
        var values = _labels.Values(alert);
        _bounds.Fold(values);
        _counter.WithLabels(values).Inc();
    }

    public Task WriteAsync(Stream stream, CancellationToken cancellationToken) => _registry.CollectAndExportAsTextAsync(stream, cancellationToken);
}
