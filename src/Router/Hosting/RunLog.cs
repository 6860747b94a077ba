using Saker.Router.Cli;
namespace Saker.Router.Hosting;

/// <summary>What the program says of its start and stop. Numbers 3500 to 3519; never reused, 3506 is gone; 3501 to 3503 are the configuration's.</summary>
internal static partial class RunLog
{
    [LoggerMessage(3500, LogLevel.Information, "Alerts are taken on port {Port} and kept in {Directory}; outputs: {Outputs}.")]
    public static partial void Started(ILogger logger, int port, string directory, string outputs);

    [LoggerMessage(3504, LogLevel.Warning, "The data directory {Directory} may be gone with the container, and each replica has its own: alerts not yet delivered would be lost, and duplicates are seen per replica. Mount a volume at /var/lib/saker-router, or name one with --data-dir.")]
    public static partial void TemporaryDirectory(ILogger logger, string directory);

    [LoggerMessage(3505, LogLevel.Information, "Stopping: alerts are taken for {Seconds} seconds more, then refused.")]
    public static partial void Stopping(ILogger logger, double seconds);

    [LoggerMessage(3507, LogLevel.Critical, "The router cannot start: {Reason}")]
    public static partial void CannotStart(ILogger logger, string reason);
}
