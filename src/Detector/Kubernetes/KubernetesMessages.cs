namespace Saker.Detector.Kubernetes;

/// <summary>What is said about the API server. Numbers 1520 to 1539; never reused.</summary>
internal static partial class KubernetesMessages
{
    [LoggerMessage(1520, LogLevel.Information, "Kubernetes: the pods of node {Node} are followed at {Server}; there are {Count}.")]
    public static partial void Follows(ILogger logger, string node, string server, int count);

    [LoggerMessage(1521, LogLevel.Warning, "Kubernetes: {Reason} It is tried again; until then alerts have of their pods what was known before.")]
    public static partial void CannotFollow(ILogger logger, string reason);

    [LoggerMessage(1522, LogLevel.Warning, "Kubernetes: {Kind} cannot be read: {Reason} It is tried again; until then their fields are absent.")]
    public static partial void CannotRead(ILogger logger, string kind, string reason);

    [LoggerMessage(1523, LogLevel.Warning, "Kubernetes: the API server has not told the pods of this node within {Seconds} seconds; the watch begins without them.")]
    public static partial void SlowServer(ILogger logger, double seconds);

    [LoggerMessage(1524, LogLevel.Information, "Kubernetes: the API server answers again.")]
    public static partial void Again(ILogger logger);

    [LoggerMessage(1525, LogLevel.Warning, "Kubernetes: node {Node} has more than {Count} pods; the others are left out.")]
    public static partial void TooManyPods(ILogger logger, string node, int count);

    [LoggerMessage(1526, LogLevel.Information, "Kubernetes: no rule names a field that only the API server knows, so it is not asked.")]
    public static partial void NothingToAsk(ILogger logger);
}
