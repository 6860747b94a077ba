using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Outputs.Requests;
using Saker.Settings;

namespace Saker.Outputs.Http.Slack;

/// <summary>Options of the Slack output.</summary>
internal sealed record SlackOptions : HttpOutputOptions
{
    /// <summary>The URL of the incoming webhook: <c>https://hooks.slack.com/services/…</c>.</summary>
    [Required, RequestHead]
    public Secret WebhookUrl { get; init; } = Secret.None;

    /// <summary>Channel to post to in place of the webhook's own, with its sign: <c>#alerts</c>. Only legacy webhooks allow it.</summary>
    public string Channel { get; init; } = "";

    /// <summary>Text below the message. Empty: the one that Falcosidekick has, which people know.</summary>
    public string Footer { get; init; } = "";

    /// <summary>URL of the sender's picture. Empty: the webhook's own.</summary>
    public string Icon { get; init; } = SlackMessage.DefaultIcon;

    /// <summary>Name of the sender. Empty: the webhook's own.</summary>
    public string Username { get; init; } = "Falcosidekick";

    /// <summary>What is shown: all, text (the message alone) or fields (the fields alone).</summary>
    public string OutputFormat { get; init; } = "all";

    /// <summary>Template of a text above the alert, in Go's template language: <c>Alert *{{ .Rule }}* on {{ .Hostname }}</c>. Empty: none.</summary>
    public string MessageFormat { get; init; } = "";

    /// <inheritdoc/>
    public override IEnumerable<OptionFault> Validate() => [.. base.Validate(), .. UrlCheck.Faults("webhookurl", WebhookUrl)];
}
