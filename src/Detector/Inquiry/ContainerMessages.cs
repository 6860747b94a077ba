namespace Saker.Detector.Inquiry;

/// <summary>What is said about runtimes.</summary>
internal static partial class ContainerMessages
{
    [LoggerMessage(1501, LogLevel.Information, "Containers: {Runtime} is followed; it has {Count}.")]
    public static partial void Follows(ILogger logger, string runtime, int count);

    [LoggerMessage(1502, LogLevel.Warning, "Containers: {Reason} It is tried again; until then its containers have only their ids.")]
    public static partial void CannotAsk(ILogger logger, string reason);

    [LoggerMessage(1504, LogLevel.Warning, "Containers: there is no socket {Path}, which container_engines names. It is looked for every {Seconds} seconds; until then nobody is asked there.")]
    public static partial void SocketMissing(ILogger logger, string path, double seconds);

    [LoggerMessage(1503, LogLevel.Warning, "Containers: not every runtime has told its containers within {Seconds} seconds; the watch begins without them.")]
    public static partial void SlowRuntimes(ILogger logger, double seconds);
}
