using Saker.Alerts;
using Saker.Router.Options;

namespace Saker.Router.Enrichment;

/// <summary>Adds what the configuration asks for to an alert, once, before it is stored. Serves all requests; the configuration can be exchanged meanwhile.</summary>
/// <param name="options">What to add.</param>
/// <param name="templateFails">Gets name and sentence of a templated field that fails on an alert, each time.</param>
internal sealed class AlertEnricher(RouterOptions options, Action<string, string> templateFails)
{
    private volatile EnrichmentPlan plan = new(options, templateFails);

    /// <summary>What is added now. For work on one alert in several steps.</summary>
    public EnrichmentPlan Plan => plan;

    /// <summary>The alert as it is stored. An incoming uuid is kept only from a router that is known: any other sender could give two alerts one identity.</summary>
    public Alert Enrich(Alert alert, bool keepsUuid = false) => plan.Enrich(alert, keepsUuid);

    /// <summary>Alerts from now on are enriched by these options.</summary>
    public void Use(RouterOptions changed) => plan = new EnrichmentPlan(changed, templateFails);
}
