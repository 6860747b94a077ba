using Saker.Settings;

namespace Saker.Router.Cli;

/// <summary>What the program says of its start and stop. Numbers 3500 to 3519; never reused, 3506 is gone.</summary>
internal static partial class RunLog
{
    /// <summary>Logs a finding about the configuration by its severity.</summary>
    public static void Fault(ILogger logger, ConfigFault fault)
    {
        switch (fault.Severity)
        {
            case FaultSeverity.Notice:
                Notice(logger, fault);
                break;
            case FaultSeverity.Warning:
                Warning(logger, fault);
                break;
            case FaultSeverity.Error:
                Error(logger, fault);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"The severity {(int)fault.Severity} is not known.");
        }
    }

    [LoggerMessage(3500, LogLevel.Information, "Alerts are taken on port {Port} and kept in {Directory}; outputs: {Outputs}.")]
    public static partial void Started(ILogger logger, int port, string directory, string outputs);

    [LoggerMessage(3501, LogLevel.Information, "Configuration: {Fault}")]
    private static partial void Notice(ILogger logger, ConfigFault fault);

    [LoggerMessage(3502, LogLevel.Warning, "Configuration: {Fault}")]
    private static partial void Warning(ILogger logger, ConfigFault fault);

    [LoggerMessage(3503, LogLevel.Error, "Configuration: {Fault}")]
    private static partial void Error(ILogger logger, ConfigFault fault);

    [LoggerMessage(3504, LogLevel.Warning, "The data directory {Directory} may be gone with the container, and each replica has its own: alerts not yet delivered would be lost, and duplicates are seen per replica. Mount a volume at /var/lib/saker-router, or name one with --data-dir or DATA_DIR.")]
    public static partial void TemporaryDirectory(ILogger logger, string directory);

    [LoggerMessage(3515, LogLevel.Warning, "Alerts are kept in memory only, in {Directory}, because no disk can be written and delivery.durability is 'memory': what is not delivered is gone with the process or the container. Sizes of the log are fitted to its {Size}.")]
    public static partial void MemoryDirectory(ILogger logger, string directory, ByteSize size);

    [LoggerMessage(3505, LogLevel.Information, "Stopping: alerts are taken for {Seconds} seconds more, then refused.")]
    public static partial void Stopping(ILogger logger, double seconds);

    [LoggerMessage(3507, LogLevel.Critical, "The router cannot start: {Reason}")]
    public static partial void CannotStart(ILogger logger, string reason);
}
