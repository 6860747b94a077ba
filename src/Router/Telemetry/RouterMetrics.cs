using Prometheus;
using Saker.Alerts;

namespace Saker.Router.Telemetry;

/// <summary>
/// The one place that counts. Falcosidekick's metrics keep their names and labels; ours begin with <c>saker_router_</c>.
/// Label values come from closed sets or are bounded.
/// </summary>
internal sealed class RouterMetrics
{
    private readonly CollectorRegistry registry = Metrics.NewCustomRegistry();
    private readonly TimeProvider clock;
    private readonly Counter.Child accepted;
    private readonly Counter.Child rejected;
    private readonly Counter refused;
    private readonly Counter rejections;
    private readonly Counter ignored;
    private readonly Histogram acceptTime;
    private volatile EventCounter events;

    public RouterMetrics(EventLabels labels, int maxLabelValues, TimeProvider? clock = null)
    {
        this.clock = clock ?? TimeProvider.System;
        events = new EventCounter(labels, maxLabelValues);
        Factory = Metrics.WithCustomRegistry(registry);
        var inputs = MetricCatalogue.Inputs.CreateCounter(Factory);
        accepted = inputs.WithLabels("requests", "accepted");
        rejected = inputs.WithLabels("requests", "rejected");
        Outputs = MetricCatalogue.Outputs.CreateCounter(Factory);
        refused = MetricCatalogue.Refused.CreateCounter(Factory);
        rejections = MetricCatalogue.Rejections.CreateCounter(Factory);
        ignored = MetricCatalogue.Ignored.CreateCounter(Factory);
        acceptTime = MetricCatalogue.AcceptTime.CreateHistogram(Factory);
        DotNetStats.Register(registry);
        ProcessFigures.Register(this);
    }

    /// <summary>Makes metrics of other rooms in this registry.</summary>
    public IMetricFactory Factory { get; }

    /// <summary>Falcosidekick's count of attempts, by <c>destination</c> and <c>status</c>.</summary>
    public Counter Outputs { get; }

    /// <summary>Runs <paramref name="update"/> before each scrape, for figures that are read and not counted.</summary>
    public void BeforeScrape(Action update) => registry.AddBeforeCollectCallback(update);

    /// <summary>Counts accepted alerts by other labels from now on, and from zero; nothing happens when they are the same.</summary>
    public void UseLabels(EventLabels labels, int maxLabelValues)
    {
        if (!events.IsFor(labels, maxLabelValues))
        {
            events = new EventCounter(labels, maxLabelValues);
        }
    }

    /// <summary>Begins to measure the time that alerts take; the result goes to <see cref="CountAcceptTime"/>.</summary>
    public long Begin() => clock.GetTimestamp();

    /// <summary>An alert was stored.</summary>
    public void CountAccepted(Alert alert)
    {
        accepted.Inc();
        events.Count(alert);
    }

    /// <summary>So many alerts were stored together, each in the time since <paramref name="begun"/>.</summary>
    public void CountAcceptTime(long begun, int alerts) => acceptTime.Observe(clock.GetElapsedTime(begun).TotalSeconds, alerts);

    /// <summary>A request or a part of a batch was no alert.</summary>
    public void CountRejected() => rejected.Inc();

    /// <summary>Something was not taken. <paramref name="reason"/> is one of a closed set.</summary>
    public void CountRejection(string reason) => rejections.WithLabels(reason).Inc();

    /// <summary>Valid alerts were not taken. <paramref name="reason"/> is one of a closed set.</summary>
    public void CountRefused(string reason, int alerts = 1) => refused.WithLabels(reason).Inc(alerts);

    /// <summary>Bytes after the first object were ignored.</summary>
    public void CountIgnored(long bytes) => ignored.Inc(bytes);

    /// <summary>Writes everything in the text format of Prometheus.</summary>
    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        await events.WriteAsync(stream, cancellationToken);
        await registry.CollectAndExportAsTextAsync(stream, cancellationToken);
    }
}
