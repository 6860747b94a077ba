using Saker.Outputs.Rendering;

namespace Saker.Outputs.Http.Webhook;

/// <summary>The body: the alert as JSON.</summary>
internal static class WebhookMessage
{
    /// <summary>
    /// The alert with everything that came with it. Under strict compatibility what Falcosidekick sends, byte for byte.
    /// </summary>
    public static ReadOnlyMemory<byte> From(AlertView view) => view.IsStrict ? (byte[])[.. view.ToJson().Span, (byte)'\n'] : view.ToJson();
}
