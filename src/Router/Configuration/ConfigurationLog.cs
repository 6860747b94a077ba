using Saker.Settings;

namespace Saker.Router.Configuration;

/// <summary>Findings about the configuration, in the log. Numbers 3501 to 3503; never reused.</summary>
internal static partial class ConfigurationLog
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

    [LoggerMessage(3501, LogLevel.Information, "Configuration: {Fault}")]
    private static partial void Notice(ILogger logger, ConfigFault fault);

    [LoggerMessage(3502, LogLevel.Warning, "Configuration: {Fault}")]
    private static partial void Warning(ILogger logger, ConfigFault fault);

    [LoggerMessage(3503, LogLevel.Error, "Configuration: {Fault}")]
    private static partial void Error(ILogger logger, ConfigFault fault);
}
