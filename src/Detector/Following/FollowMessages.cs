namespace Saker.Detector.Following;

/// <summary>What is said of followed rules. Numbers 1600 to 1699; never reused.</summary>
internal static partial class FollowMessages
{
    [LoggerMessage(1601, LogLevel.Information, "Rules '{Name}' from {Source}: {Digest} is fetched, and {Check}.")]
    public static partial void Fetched(ILogger logger, string name, string source, string digest, string check);

    [LoggerMessage(1602, LogLevel.Warning, "Rules '{Name}' from {Source} cannot be had: {Reason} {Kept} The next attempt is in {Seconds:0} s.")]
    public static partial void Unreachable(ILogger logger, string name, string source, string reason, string kept, double seconds);

    [LoggerMessage(1603, LogLevel.Error, "Rules '{Name}' from {Source} are refused: {Reason} {Kept}")]
    public static partial void Refused(ILogger logger, string name, string source, string reason, string kept);

    [LoggerMessage(1604, LogLevel.Information, "Rules '{Name}' from {Source} can be had again.")]
    public static partial void Recovered(ILogger logger, string name, string source);

    [LoggerMessage(1605, LogLevel.Debug, "Rules '{Name}' from {Source} are as they were.")]
    public static partial void Unchanged(ILogger logger, string name, string source);

    [LoggerMessage(1606, LogLevel.Information, "Rules are given on the command line (--rules), so that those of rules_follow are left alone.")]
    public static partial void LeftAlone(ILogger logger);
}
