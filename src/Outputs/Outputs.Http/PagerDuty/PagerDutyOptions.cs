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
}
