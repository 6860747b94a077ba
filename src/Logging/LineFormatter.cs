using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Saker.Logging;

/// <summary>
/// One line an entry: <c>2026-11-24T19:18:08.831Z warning [1201] The queue of output http is full …</c>. The number is the
/// event's own and never reused. Line breaks inside a message are shown as <c>\n</c>, so that nothing from outside can
/// forge an entry.
/// </summary>
internal sealed class LineFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "saker";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.Write(Now());
        textWriter.Write(' ');
        textWriter.Write(Word(logEntry.LogLevel));
        if (logEntry.EventId.Id != 0)
        {
            textWriter.Write(string.Create(CultureInfo.InvariantCulture, $" [{logEntry.EventId.Id}]"));
        }

        textWriter.Write(' ');
        WriteOneLine(textWriter, message);
        if (logEntry.Exception is { } exception)
        {
            textWriter.Write(" | ");
            WriteOneLine(textWriter, exception.ToString());
        }

        textWriter.Write('\n');
    }

    internal static string Now() => TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    internal static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "critical",
    };

    private static void WriteOneLine(TextWriter writer, ReadOnlySpan<char> text)
    {
        foreach (var unit in text)
        {
            if (unit == '\n')
            {
                writer.Write("\\n");
            }
            else
            {
                writer.Write(char.IsControl(unit) ? ' ' : unit);
            }
        }
    }
}
