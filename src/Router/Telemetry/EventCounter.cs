using System.Collections.Concurrent;
using Prometheus;
using Saker.Alerts;

namespace Saker.Router.Telemetry;

/// <summary>Falcosidekick's count of accepted alerts. It has a registry of its own: its labels follow the configuration, which may change.</summary>
internal sealed class EventCounter
{
    private const int MaxSeries = 20_000;

    [ThreadStatic]
    private static string[]? scratch;

    private readonly CollectorRegistry registry = Metrics.NewCustomRegistry();
    private readonly EventLabels labels;
    private readonly int maxLabelValues;
    private readonly BoundedLabels bounds;
    private readonly Counter counter;

    // Values as alerts have them, and where they are counted: what is folded once is folded so for good.
    private readonly ConcurrentDictionary<string[], Counter.Child> known = new(SeriesComparer.Instance);

    public EventCounter(EventLabels labels, int maxLabelValues)
    {
        (this.labels, this.maxLabelValues) = (labels, maxLabelValues);
        bounds = new BoundedLabels(labels.Names.Count, maxLabelValues, MaxSeries);
        var definition = MetricCatalogue.Events with { Labels = labels.Names };
        counter = definition.CreateCounter(Metrics.WithCustomRegistry(registry));
    }

    /// <summary>True when it counts by these labels already.</summary>
    public bool IsFor(EventLabels labels, int maxLabelValues) => this.maxLabelValues == maxLabelValues && this.labels.Equals(labels);

    /// <summary>Counts an alert. Allocates nothing for values that were counted before.</summary>
    public void Count(Alert alert)
    {
        var values = scratch is { } kept && kept.Length == labels.Names.Count ? kept : scratch = new string[labels.Names.Count];
        labels.Fill(values, alert);
        (known.TryGetValue(values, out var child) ? child : Find([.. values])).Inc();
    }

    private Counter.Child Find(string[] values)
    {
        string[] folded = [.. values];
        bounds.Fold(folded);
        var child = counter.WithLabels(folded);
        if (known.Count < MaxSeries && Array.TrueForAll(values, static value => value.Length <= BoundedLabels.MaxLength))
        {
            known.TryAdd(values, child);
        }

        return child;
    }

    public Task WriteAsync(Stream stream, CancellationToken cancellationToken) => registry.CollectAndExportAsTextAsync(stream, cancellationToken);
}
