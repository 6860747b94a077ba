using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Saker.Logging;

/// <summary>The log of both programs.</summary>
internal static class LineLogging
{
    /// <summary>Writes entries as lines to standard error, for people or as JSON.</summary>
    public static ILoggingBuilder AddLines(this ILoggingBuilder logging, bool json = false)
    {
        logging.ClearProviders();
        logging.AddConsole(console =>
        {
            console.FormatterName = json ? JsonFormatter.FormatterName : LineFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        return json
            ? logging.AddConsoleFormatter<JsonFormatter, ConsoleFormatterOptions>()
            : logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
    }

    /// <summary>Leaves it to a switch what is written.</summary>
    public static ILoggingBuilder AddSwitch(this ILoggingBuilder logging, LogLevelSwitch levels) =>
        logging.SetMinimumLevel(LogLevel.Trace).AddFilter(levels.IsOn);
}
