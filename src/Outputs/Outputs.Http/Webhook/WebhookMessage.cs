using System.Buffers;
using Saker.Alerts;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Http.Webhook;

/// <summary>The body: the alert as JSON.</summary>
internal static class WebhookMessage
{
    /// <summary>
    /// The alert with everything that came with it. Under strict compatibility what Falcosidekick sends, byte for byte.
    /// </summary>
    public static ReadOnlyMemory<byte> From(Alert alert, bool strict)
    {
        if (!strict)
        {
            return AlertWriter.ToBytes(alert);
        }

        var buffer = new ArrayBufferWriter<byte>(1024);
        buffer.Write(StrictAlert.ToJson(StrictAlert.Of(alert)).Span);
        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }
}
