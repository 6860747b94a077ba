using Prometheus;

namespace Saker.Router.Telemetry;

/// <summary>What became of the readings of the configuration.</summary>
internal sealed class ReloadMetrics
{
    private readonly Counter.Child applied;
    private readonly Counter.Child unchanged;
    private readonly Counter.Child refused;
    private readonly Gauge successful;
    private readonly Gauge time;
    private readonly TimeProvider clock;

    /// <summary>The configuration of the start counts as read now.</summary>
    public ReloadMetrics(RouterMetrics metrics, TimeProvider clock)
    {
        this.clock = clock;
        var reloads = MetricCatalogue.Reloads.CreateCounter(metrics.Factory);
        (applied, unchanged, refused) = (reloads.WithLabels("applied"), reloads.WithLabels("unchanged"), reloads.WithLabels("refused"));
        successful = MetricCatalogue.ReloadSuccessful.CreateGauge(metrics.Factory);
        time = MetricCatalogue.ReloadTime.CreateGauge(metrics.Factory);
        Succeeded();
    }

    /// <summary>A new configuration is in effect.</summary>
    public void CountApplied()
    {
        applied.Inc();
        Succeeded();
    }

    /// <summary>The configuration says what it said before.</summary>
    public void CountUnchanged()
    {
        unchanged.Inc();
        Succeeded();
    }

    /// <summary>It has faults; the one before stays in effect.</summary>
    public void CountRefused()
    {
        refused.Inc();
        successful.Set(0);
    }

    private void Succeeded()
    {
        successful.Set(1);
        time.Set(clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
    }
}
