using System.Text;
using Saker.Router.Configuration;

namespace Saker.Router.Routing;

/// <summary>What outputs have to say beside the outcome of an attempt.</summary>
/// <param name="OptionFails">Gets the key and what is wrong when an option fails on an alert, each time.</param>
/// <param name="Logger">Where payloads are shown.</param>
internal sealed record OutputNotices(Action<string, string> OptionFails, ILogger Logger)
{
    private const int MaxShownBytes = 4096;

    /// <summary>Shows what an output is about to send, at the level of debug: its first 4 KiB, with the instance's secrets masked.</summary>
    public void Show(OutputInstance instance, ReadOnlyMemory<byte> content)
    {
        if (!Logger.IsEnabled(LogLevel.Debug))
        {
            return;
        }

        var shown = content.Span[..Math.Min(content.Length, MaxShownBytes)];
        var text = Encoding.UTF8.GetString(shown);
        foreach (var secret in instance.Secrets)
        {
            text = secret.MaskIn(text);
        }

        RoutingMessages.Sends(Logger, instance.Name, shown.Length < content.Length ? text + "…" : text);
    }
}

/// <summary>What routing says. Numbers 3540 to 3549; never reused.</summary>
internal static partial class RoutingMessages
{
    [LoggerMessage(3540, LogLevel.Debug, "Output {Output} sends: {Payload}")]
    public static partial void Sends(ILogger logger, string output, string payload);
}
