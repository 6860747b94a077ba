using Prometheus;

namespace Saker.Router.Telemetry;

/// <summary>What became of the readings of the configuration.</summary>
internal sealed class ReloadMetrics
{
    private readonly Counter.Child _applied;
    private readonly Counter.Child _unchanged;
    private readonly Counter.Child _refused;
    private readonly Gauge _successful;
    private readonly Gauge _time;
    private readonly TimeProvider _clock;

    /// <summary>The configuration of the start counts as read now.</summary>
    public ReloadMetrics(RouterMetrics metrics, TimeProvider clock)
    {
        _clock = clock;
        var reloads = MetricCatalogue.Reloads.CreateCounter(metrics.Factory);
        (_applied, _unchanged, _refused) = (reloads.WithLabels("applied"), reloads.WithLabels("unchanged"), reloads.WithLabels("refused"));
        _successful = MetricCatalogue.ReloadSuccessful.CreateGauge(metrics.Factory);
        _time = MetricCatalogue.ReloadTime.CreateGauge(metrics.Factory);
        Succeeded();
    }

    /// <summary>A new configuration is in effect.</summary>
    public void CountApplied()
    {
        _applied.Inc();
        Succeeded();
    }

    /// <summary>The configuration says what it said before.</summary>
    public void CountUnchanged()
    {
        _unchanged.Inc();
        Succeeded();
    }

    /// <summary>It has faults; the one before stays in effect.</summary>
    public void CountRefused()
    {
        _refused.Inc();
        _successful.Set(0);
    }

    private void Succeeded()
    {
        _successful.Set(1);
        _time.Set(_clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
    }
}
