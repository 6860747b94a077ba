using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Saker.Logging;

/// <summary>
/// One JSON object a line: <c>time</c>, <c>level</c>, <c>event</c> (the event's own number), <c>message</c>, <c>exception</c>, and in
/// <c>fields</c> the values of the message by their names.
/// </summary>
internal sealed class JsonFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "saker-json";

    // The name under which the values bring the template that they were put into.
    private const string Template = "{OriginalFormat}";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", LineFormatter.Now());
            json.WriteString("level", LineFormatter.Word(logEntry.LogLevel));
            if (logEntry.EventId.Id != 0)
            {
                json.WriteNumber("event", logEntry.EventId.Id);
            }

            json.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            if (logEntry.Exception is { } exception)
            {
                json.WriteString("exception", exception.ToString());
            }

            WriteFields(json, logEntry.State as IReadOnlyList<KeyValuePair<string, object?>> ?? []);
            json.WriteEndObject();
        }

        textWriter.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
        textWriter.Write('\n');
    }

    private static void WriteFields(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> fields)
    {
        if (fields.Count == 0 || (fields.Count == 1 && fields[0].Key == Template))
        {
            return;
        }

        json.WriteStartObject("fields");
        foreach (var (name, value) in fields)
        {
            if (name == Template)
            {
                continue;
            }

            json.WritePropertyName(JsonNamingPolicy.CamelCase.ConvertName(name));
            switch (value)
            {
                case null:
                    json.WriteNullValue();
                    break;
                case int or long:
                    json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                    break;
                case double number when double.IsFinite(number):
                    json.WriteNumberValue(number);
                    break;
                case bool flag:
                    json.WriteBooleanValue(flag);
                    break;
                default:
                    json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                    break;
            }
        }

        json.WriteEndObject();
    }
}
