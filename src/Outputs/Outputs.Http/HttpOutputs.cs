using Saker.Outputs.Http.Slack;
using Saker.Outputs.Http.Webhook;

namespace Saker.Outputs.Http;

/// <summary>Outputs that speak HTTP and need no SDK, in alphabetical order.</summary>
public static class HttpOutputs
{
    /// <summary>The registrations.</summary>
    public static IReadOnlyList<OutputRegistration> All { get; } =
    [
        OutputRegistration.For<SlackOutput, SlackOptions>(),
        OutputRegistration.For<WebhookOutput, WebhookOptions>(),
    ];
}
