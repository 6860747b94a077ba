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

    [LoggerMessage(3500, LogLevel.Information, "Alerts are taken at {Address} and kept in {Directory}; outputs: {Outputs}; proxy: {Proxy}.")]
    public static partial void Started(ILogger logger, string address, string directory, string outputs, string proxy);

    [LoggerMessage(3509, LogLevel.Warning, "No output is on: alerts are taken and kept in the log, and delivered nowhere.")]
    public static partial void NoOutput(ILogger logger);

    [LoggerMessage(3501, LogLevel.Information, "Configuration: {Fault}")]
    private static partial void Notice(ILogger logger, ConfigFault fault);

    [LoggerMessage(3502, LogLevel.Warning, "Configuration: {Fault}")]
    private static partial void Warning(ILogger logger, ConfigFault fault);

    [LoggerMessage(3503, LogLevel.Error, "Configuration: {Fault}")]
    private static partial void Error(ILogger logger, ConfigFault fault);

    [LoggerMessage(3504, LogLevel.Warning, "The data directory {Directory} may be gone with the container, and each replica has its own: alerts not yet delivered would be lost, and duplicates are seen per replica. Mount a volume at /var/lib/saker-router, or name one with --data-dir.")]
    public static partial void TemporaryDirectory(ILogger logger, string directory);

    [LoggerMessage(3505, LogLevel.Information, "Stopping: alerts are taken for {Seconds} seconds more, then refused.")]
    public static partial void Stopping(ILogger logger, double seconds);

    [LoggerMessage(3508, LogLevel.Warning, "{Key} failed on {Count} alerts since this was last said; they go on without it: {Problem}.")]
    public static partial void OptionFails(ILogger logger, string key, long count, string problem);

    [LoggerMessage(3507, LogLevel.Critical, "The router cannot start: {Reason}")]
    public static partial void CannotStart(ILogger logger, string reason);
}
