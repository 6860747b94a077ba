using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Settings;

namespace Saker.Outputs.Http.Webhook;

/// <summary>Options of the webhook output.</summary>
internal sealed record WebhookOptions : HttpOutputOptions
{
    /// <summary>The URL that alerts are sent to.</summary>
    [Required, RequestHead]
    public Secret Address { get; init; } = Secret.None;

    /// <summary>Headers to add to each request. Blanks around a value are taken off.</summary>
    [RequestHead]
    public IReadOnlyDictionary<string, Secret> CustomHeaders { get; init; } = new Dictionary<string, Secret>();

    /// <summary>The method: POST or PUT, in any case.</summary>
    [RequestHead]
    public string Method { get; init; } = "post";

    /// <inheritdoc/>
    public override IEnumerable<OptionFault> Validate()
    {
        if (UrlCheck.Fault(Address) is { } fault)
        {
            yield return new("address", fault);
        }
    }
}
