using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Saker.Alerts;
using Saker.Detector.Configuration;
using Saker.Detector.Outputs;

namespace Saker.Detector.Alerting;

/// <summary>Writes alerts about the detector itself, of rules that no file has (<c>Falco internal: …</c>, source <c>internal</c>).</summary>
internal sealed class InternalAlert(DetectorOptions options, string hostname)
{
    /// <summary>The alert as a line.</summary>
    /// <param name="rule">The rule's name.</param>
    /// <param name="message">What happened.</param>
    /// <param name="priority">How urgent it is.</param>
    /// <param name="fields">Texts, whole numbers (<see cref="long"/>) and fractions (<see cref="double"/>) by name, in the order in which they are written.</param>
    /// <param name="now">When it happened.</param>
    public AlertLine Format(string rule, string message, Priority priority, IReadOnlyCollection<KeyValuePair<string, object>> fields, DateTimeOffset now)
    {
        var time = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);
        if (!options.JsonOutput)
        {
            var prefix = options.TimeFormatIso8601 ? time : now.LocalDateTime.ToString("HH:mm:ss.fffffff'00'", CultureInfo.InvariantCulture);
            var text = string.Join(' ', fields.Select(static field => string.Create(CultureInfo.InvariantCulture, $"{field.Key}={field.Value}")));
            return new(Encoding.UTF8.GetBytes($"{prefix}: {priority.Word()} {message} ({text})"), IsJson: false, priority)
            {
                Whole = options.NeedsWholeAlerts ? Json(rule, message, priority, fields, time) : default,
            };
        }

        var json = Json(rule, message, priority, fields, time);
        return new(json, IsJson: true, priority) { Whole = options.NeedsWholeAlerts ? json : default };
    }

    private byte[] Json(string rule, string message, Priority priority, IReadOnlyCollection<KeyValuePair<string, object>> fields, string time)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("hostname"u8, hostname);
            json.WriteString("output"u8, message);
            WriteFields(json, fields);
            json.WriteString("priority"u8, priority.Word());
            json.WriteString("rule"u8, rule);
            json.WriteString("source"u8, "internal");
            json.WriteString("time"u8, time);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes figures as the property <c>output_fields</c>.</summary>
    public static void WriteFields(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, object>> fields)
    {
        json.WriteStartObject("output_fields"u8);
        foreach (var (name, value) in fields)
        {
            WriteField(json, name, value);
        }

        json.WriteEndObject();
    }

    private static void WriteField(Utf8JsonWriter json, string name, object value)
    {
        switch (value)
        {
            case string text:
                json.WriteString(name, text);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case double number:
                json.WriteNumber(name, number);
                break;
            default:
                throw new UnreachableException($"The figure {name} is a {value.GetType()}.");
        }
    }
}
