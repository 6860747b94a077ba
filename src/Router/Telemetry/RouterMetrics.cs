using Prometheus;
using Saker.Alerts;

namespace Saker.Router.Telemetry;

/// <summary>
/// The one place that counts. Falcosidekick's metrics keep their names and labels; ours begin with <c>saker_router_</c>.
/// Label values come from closed sets or are bounded.
/// </summary>
internal sealed class RouterMetrics
{
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly TimeProvider _clock;
    private readonly Counter.Child _accepted;
    private readonly Counter.Child _rejected;
    private readonly Counter _refused;
    private readonly Counter _ignored;
    private readonly Histogram _acceptTime;
    private volatile EventCounter _events;

    public RouterMetrics(EventLabels labels, int maxLabelValues, TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        _events = new EventCounter(labels, maxLabelValues);
        Factory = Metrics.WithCustomRegistry(_registry);
        var inputs = MetricCatalogue.Inputs.CreateCounter(Factory);
        _accepted = inputs.WithLabels("requests", "accepted");
        _rejected = inputs.WithLabels("requests", "rejected");
        Outputs = MetricCatalogue.Outputs.CreateCounter(Factory);
        _refused = MetricCatalogue.Refused.CreateCounter(Factory);
        _ignored = MetricCatalogue.Ignored.CreateCounter(Factory);
        _acceptTime = MetricCatalogue.AcceptTime.CreateHistogram(Factory);
        DotNetStats.Register(_registry);
        ProcessFigures.Register(this);
    }

    /// <summary>Makes metrics of other rooms in this registry.</summary>
    public IMetricFactory Factory { get; }

    /// <summary>Falcosidekick's count of attempts, by <c>destination</c> and <c>status</c>.</summary>
    public Counter Outputs { get; }

    /// <summary>Runs <paramref name="update"/> before each scrape, for figures that are read and not counted.</summary>
    public void BeforeScrape(Action update) => _registry.AddBeforeCollectCallback(update);

    /// <summary>Counts accepted alerts by other labels from now on, and from zero; nothing happens when they are the same.</summary>
    public void UseLabels(EventLabels labels, int maxLabelValues)
    {
        if (!_events.IsFor(labels, maxLabelValues))
        {
            _events = new EventCounter(labels, maxLabelValues);
        }
    }

    /// <summary>Begins to measure the time that an alert takes; the result goes to <see cref="CountAccepted"/>.</summary>
    public long Begin() => _clock.GetTimestamp();

    /// <summary>An alert was stored.</summary>
    public void CountAccepted(Alert alert, long begun)
    {
        _acceptTime.Observe(_clock.GetElapsedTime(begun).TotalSeconds);
        _accepted.Inc();
        _events.Count(alert);
    }

    /// <summary>A request or a part of a batch was no alert.</summary>
    public void CountRejected() => _rejected.Inc();

    /// <summary>A valid alert was not taken. <paramref name="reason"/> is one of a closed set.</summary>
    public void CountRefused(string reason) => _refused.WithLabels(reason).Inc();

    /// <summary>Bytes after the first object were ignored.</summary>
    public void CountIgnored(long bytes) => _ignored.Inc(bytes);

    /// <summary>Writes everything in the text format of Prometheus.</summary>
    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        await _events.WriteAsync(stream, cancellationToken);
        await _registry.CollectAndExportAsTextAsync(stream, cancellationToken);
    }
}
