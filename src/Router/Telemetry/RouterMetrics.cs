using Prometheus;
using Saker.Alerts;

namespace Saker.Router.Telemetry;

/// <summary>
/// The one place that counts. Falcosidekick's metrics keep their names and labels; ours begin with <c>saker_router_</c>.
/// Label values come from closed sets or are bounded.
/// </summary>
internal sealed class RouterMetrics
{
    private const int MaxSeries = 20_000;

    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly EventLabels _labels;
    private readonly BoundedLabels _bounds;
    private readonly Counter _events;
    private readonly Counter.Child _accepted;
    private readonly Counter.Child _rejected;
    private readonly Counter _refused;
    private readonly Counter _ignored;

    public RouterMetrics(EventLabels labels, int maxLabelValues)
    {
        _labels = labels;
        _bounds = new BoundedLabels(labels.Names.Count, maxLabelValues, MaxSeries);
        Factory = Metrics.WithCustomRegistry(_registry);
        _events = Factory.CreateCounter("falcosecurity_falcosidekick_falco_events_total", "Alerts that were accepted.", [.. labels.Names]);
        var inputs = Factory.CreateCounter("falcosecurity_falcosidekick_inputs_total", "Alerts that arrived, by what became of them.", ["source", "status"]);
        _accepted = inputs.WithLabels("requests", "accepted");
        _rejected = inputs.WithLabels("requests", "rejected");
        Outputs = Factory.CreateCounter("falcosecurity_falcosidekick_outputs_total", "Attempts to deliver an alert, by output and outcome.", ["destination", "status"]);
        _refused = Factory.CreateCounter("saker_router_refused_total", "Valid alerts that could not be taken, by reason; the sender was asked to come again.", ["reason"]);
        _ignored = Factory.CreateCounter("saker_router_ignored_bytes_total", "Bytes that followed the first object of a body and were ignored.");
        DotNetStats.Register(_registry);
    }

    /// <summary>Makes metrics of other rooms in this registry.</summary>
    public IMetricFactory Factory { get; }

    /// <summary>Falcosidekick's count of attempts, by <c>destination</c> and <c>status</c>.</summary>
    public Counter Outputs { get; }

    /// <summary>Runs <paramref name="update"/> before each scrape, for figures that are read and not counted.</summary>
    public void BeforeScrape(Action update) => _registry.AddBeforeCollectCallback(update);

    /// <summary>An alert was stored.</summary>
    public void CountAccepted(Alert alert)
    {
        _accepted.Inc();
        var values = _labels.Values(alert);
        _bounds.Fold(values);
        _events.WithLabels(values).Inc();
    }

    /// <summary>A request or a part of a batch was no alert.</summary>
    public void CountRejected() => _rejected.Inc();

    /// <summary>A valid alert was not taken. <paramref name="reason"/> is one of a closed set.</summary>
    public void CountRefused(string reason) => _refused.WithLabels(reason).Inc();

    /// <summary>Bytes after the first object were ignored.</summary>
    public void CountIgnored(long bytes) => _ignored.Inc(bytes);

    /// <summary>Writes everything in the text format of Prometheus.</summary>
    public Task WriteAsync(Stream stream, CancellationToken cancellationToken) => _registry.CollectAndExportAsTextAsync(stream, cancellationToken);
}
