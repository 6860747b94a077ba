using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Outputs.Requests;
using Saker.Settings;

namespace Saker.Outputs.Http.Splunk;

/// <summary>Options of the Splunk output.</summary>
internal sealed record SplunkOptions : HttpOutputOptions
{
    /// <summary>The URL of the HTTP Event Collector: <c>https://splunk.example.com:8088/services/collector/event</c>.</summary>
    [Required, RequestHead]
    public Secret Host { get; init; } = Secret.None;

    /// <summary>The token of the HTTP Event Collector.</summary>
    [RequestHead]
    public Secret Token { get; init; } = Secret.None;

    /// <inheritdoc/>
    public override IEnumerable<OptionFault> Validate() => [.. base.Validate(), .. UrlCheck.Faults("host", Host)];
}
