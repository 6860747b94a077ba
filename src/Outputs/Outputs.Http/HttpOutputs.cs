using Saker.Outputs.Http.Alertmanager;
using Saker.Outputs.Http.Elasticsearch;
using Saker.Outputs.Http.Loki;
using Saker.Outputs.Http.PagerDuty;
using Saker.Outputs.Http.PeerRouter;
using Saker.Outputs.Http.Slack;
using Saker.Outputs.Http.Splunk;
using Saker.Outputs.Http.Webhook;

namespace Saker.Outputs.Http;

/// <summary>Outputs that speak HTTP and need no SDK, in alphabetical order.</summary>
public static class HttpOutputs
{
    /// <summary>The registrations.</summary>
    public static IReadOnlyList<OutputRegistration> All { get; } =
    [
        OutputRegistration.For<AlertmanagerOutput, AlertmanagerOptions>(),
        OutputRegistration.For<ElasticsearchOutput, ElasticsearchOptions>(),
        OutputRegistration.For<LokiOutput, LokiOptions>(),
        OutputRegistration.For<PagerDutyOutput, PagerDutyOptions>(),
        OutputRegistration.For<PeerRouterOutput, PeerRouterOptions>(),
        OutputRegistration.For<SlackOutput, SlackOptions>(),
        OutputRegistration.For<SplunkOutput, SplunkOptions>(),
        OutputRegistration.For<WebhookOutput, WebhookOptions>(),
    ];
}
