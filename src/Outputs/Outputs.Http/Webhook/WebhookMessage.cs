using System.Buffers;
using Saker.Alerts;

namespace Saker.Outputs.Http.Webhook;

/// <summary>The body: the alert as JSON.</summary>
internal static class WebhookMessage
{
    /// <summary>
    /// The alert with everything that came with it. Under strict compatibility without the top-level keys that Falcosidekick
    /// does not know, and with the line feed that it ends with.
    /// </summary>
    public static ReadOnlyMemory<byte> From(Alert alert, bool strict)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        AlertWriter.Write(buffer, strict ? alert with { Unknown = [] } : alert);
        if (strict)
            buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }
}
