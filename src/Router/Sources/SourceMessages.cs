namespace Saker.Router.Sources;

/// <summary>What subscriptions say. Numbers 3220 to 3229; never reused.</summary>
internal static partial class SourceMessages
{
    [LoggerMessage(3220, LogLevel.Information, "falcogrpc.{Name}: subscribed to Falco at {Address} ({Count} since this was last said).")]
    public static partial void Subscribed(ILogger logger, string name, string address, long count);

    [LoggerMessage(3221, LogLevel.Warning, "falcogrpc.{Name}: no subscription to Falco at {Address} ({Count} since this was last said): {Reason} It is tried again.")]
    public static partial void Lost(ILogger logger, string name, string address, long count, string reason);

    [LoggerMessage(3222, LogLevel.Warning, "falcogrpc.{Name}: an alert cannot be stored ({Reason}; {Count} since this was last said). No more are taken from Falco until it is.")]
    public static partial void Waiting(ILogger logger, string name, string reason, long count);
}
