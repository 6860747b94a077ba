using Prometheus;

namespace Saker.Router.Telemetry;

internal enum MetricKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Counts by size.</summary>
    Histogram,
}

/// <summary>A metric as it is made and as the reference page shows it.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Name">Its name, with the unit, and <c>_total</c> for a counter.</param>
/// <param name="Help">What it says, in one sentence.</param>
/// <param name="Labels">Its labels.</param>
internal sealed record MetricDefinition(MetricKind Kind, string Name, string Help, params IReadOnlyList<string> Labels)
{
    /// <summary>Upper bounds of a histogram, ascending.</summary>
    public double[] Buckets { get; init; } = [];

    public Counter CreateCounter(IMetricFactory factory) => factory.CreateCounter(Name, Help, [.. Labels]);

    public Gauge CreateGauge(IMetricFactory factory) => factory.CreateGauge(Name, Help, [.. Labels]);

    public Histogram CreateHistogram(IMetricFactory factory) => factory.CreateHistogram(Name, Help, [.. Labels], new HistogramConfiguration { Buckets = Buckets });
}
