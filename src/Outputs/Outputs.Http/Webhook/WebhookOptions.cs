using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Outputs.Requests;
using Saker.Settings;

namespace Saker.Outputs.Http.Webhook;

/// <summary>Options of the webhook output.</summary>
internal sealed record WebhookOptions : HttpOutputOptions
{
    /// <summary>The URL that alerts are sent to.</summary>
    [Required, RequestHead]
    public Secret Address { get; init; } = Secret.None;

    /// <summary>The method: POST or PUT, in any case.</summary>
    [RequestHead]
    public string Method { get; init; } = "post";

    /// <inheritdoc/>
    public override IEnumerable<OptionFault> Validate() => [.. base.Validate(), .. UrlCheck.Faults("address", Address)];
}
