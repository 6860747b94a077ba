using System.Text;
using Saker.Router.Configuration;
using Saker.Settings;

namespace Saker.Router.Routing;

/// <summary>What outputs have to say beside the outcome of an attempt.</summary>
/// <param name="OptionFails">Gets the key and what is wrong when an option fails on an alert, each time.</param>
/// <param name="Logger">Where payloads are shown.</param>
internal sealed record OutputNotices(Action<string, string> OptionFails, ILogger Logger)
{
    private const int MaxShownBytes = 4096;

    /// <summary>Shows what an output is about to send, at the level of debug: its first 4 KiB, with the instance's secrets masked.</summary>
    public void Show(OutputInstance instance, HttpContent content)
    {
        if (!Logger.IsEnabled(LogLevel.Debug))
        {
            return;
        }

        var bytes = new byte[MaxShownBytes];
        using var stream = content.ReadAsStream();
        var length = stream.ReadAtLeast(bytes, MaxShownBytes, throwOnEndOfStream: false);
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        foreach (var secret in OptionSecrets.Of(instance.Options))
        {
            text = secret.MaskIn(text);
        }

        RoutingMessages.Sends(Logger, instance.Name, length == MaxShownBytes ? text + "…" : text);
    }
}

/// <summary>What routing says. Numbers 3540 to 3549; never reused.</summary>
internal static partial class RoutingMessages
{
    [LoggerMessage(3540, LogLevel.Debug, "Output {Output} sends: {Payload}")]
    public static partial void Sends(ILogger logger, string output, string payload);
}
