using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Outputs.Requests;
using Saker.Settings;

namespace Saker.Outputs.Http.Loki;

/// <summary>Options of the Loki output.</summary>
internal sealed record LokiOptions : HttpOutputOptions
{
    /// <summary>The address of Loki: <c>http://loki:3100</c>.</summary>
    [Required, RequestHead]
    public Secret HostPort { get; init; } = Secret.None;

    /// <summary>Path that streams are pushed to.</summary>
    [RequestHead]
    public string Endpoint { get; init; } = "/loki/api/v1/push";

    /// <summary>User of Grafana Cloud, or of a proxy in front of Loki; counts with <c>apikey</c>.</summary>
    public string User { get; init; } = "";

    /// <summary>Password or API key of <c>user</c>.</summary>
    public Secret ApiKey { get; init; } = Secret.None;

    /// <summary>Tenant, the header X-Scope-OrgID.</summary>
    [RequestHead]
    public string Tenant { get; init; } = "";

    /// <summary>What a line is: text (the alert's message) or json (the whole alert).</summary>
    public string Format { get; init; } = "text";

    /// <summary>Fields that become labels, beside rule, source, priority, tags, hostname, namespace, pod and the custom fields. Each value makes a stream of its own: name fields of few values.</summary>
    public IReadOnlyList<string> ExtraLabels { get; init; } = [];

    /// <summary>The same under Falcosidekick's other name; counts when <c>extralabels</c> is empty.</summary>
    public IReadOnlyList<string> ExtraLabelsList { get; init; } = [];

    /// <summary>Sends pod, tags and all fields of the event beside the line in place of labels (Loki 3.0 and newer): no stream per pod, and every field can be asked for.</summary>
    public bool StructuredMetadata { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<OptionFault> Validate() => [.. base.Validate(), .. UrlCheck.Faults("hostport", HostPort)];
}
