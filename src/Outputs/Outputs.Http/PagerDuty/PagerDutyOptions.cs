using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Settings;

namespace Saker.Outputs.Http.PagerDuty;

/// <summary>Options of the PagerDuty output.</summary>
internal sealed record PagerDutyOptions : HttpOutputOptions
{
    /// <summary>The integration key of the service (Events API v2), 32 characters.</summary>
    [Required]
    public Secret RoutingKey { get; init; } = Secret.None;

    /// <summary>Where the account is: us or eu.</summary>
    [Words("us", "eu")]
    public string Region { get; init; } = "us";

    /// <summary>Template of the key by which PagerDuty groups events into one incident, in Go's template language: <c>{{ .Rule }} on {{ .Hostname }}</c>. Empty: the alert's id, so that each alert is an incident and none is opened twice.</summary>
    public string DedupKey { get; init; } = "";

    /// <summary>Template of what an alert does with the incident of its <c>dedupkey</c>, in Go's template language: <c>{{ if eq .Rule "Service is back" }}resolve{{ end }}</c>. trigger opens it, acknowledge and resolve change one that is open. Empty: trigger.</summary>
    public string EventAction { get; init; } = "";

    /// <inheritdoc/>
    public override IEnumerable<OptionFault> Validate() =>
    [
        .. base.Validate(),
        .. EventAction.Length > 0 && DedupKey.Length == 0
            ? (IEnumerable<OptionFault>)[new("eventaction", "An incident is resolved by its key: set dedupkey to what both alerts have in common, such as {{ .Hostname }}.")]
            : [],
    ];
}
