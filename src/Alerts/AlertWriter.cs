using System.Buffers;
using System.Text.Json;

namespace Saker.Alerts;

/// <summary>Writes alerts in the one normal form: known keys in a fixed order, then the unknown ones, as compact UTF-8.</summary>
public static class AlertWriter
{
    // Larger buffers are not kept: each thread has one.
    private const int MaxKeptBytes = 64 << 10;

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) kept;

    /// <summary>The alert as JSON. Allocates only the result.</summary>
    public static byte[] ToBytes(Alert alert)
    {
        var (buffer, writer) = kept;
        kept = default; // not kept after an exception, when the writer is in the middle of something
        buffer ??= new ArrayBufferWriter<byte>(4096);
        writer ??= new Utf8JsonWriter(buffer, JsonText.WriterOptions);
        Write(writer, alert);
        writer.Flush();
        var bytes = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity <= MaxKeptBytes)
        {
            buffer.ResetWrittenCount();
            writer.Reset();
            kept = (buffer, writer);
        }

        return bytes;
    }

    /// <summary>Writes <paramref name="alert"/> into <paramref name="into"/>.</summary>
    public static void Write(IBufferWriter<byte> into, Alert alert)
    {
        using var writer = new Utf8JsonWriter(into, JsonText.WriterOptions);
        Write(writer, alert);
    }

    /// <summary>Writes <paramref name="alert"/> as one JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, Alert alert)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(alert);
        writer.WriteStartObject();
        if (alert.Uuid != Guid.Empty)
        {
            writer.WriteString("uuid"u8, alert.Uuid);
        }

        writer.WriteString("output"u8, alert.Output);
        writer.WriteString("priority"u8, alert.Priority.Word());
        writer.WriteString("rule"u8, alert.Rule);
        Span<char> time = stackalloc char[40];
        alert.Time.Format(time, out var length);
        writer.WriteString("time"u8, time[..length]);
        writer.WriteStartObject("output_fields"u8);
        for (var i = 0; i < alert.OutputFields.Count; i++)
        {
            WriteMember(writer, alert.OutputFields[i]);
        }

        writer.WriteEndObject();
        if (alert.Source.Length > 0)
        {
            writer.WriteString("source"u8, alert.Source);
        }

        if (alert.Tags.Count > 0)
        {
            writer.WriteStartArray("tags"u8);
            for (var i = 0; i < alert.Tags.Count; i++)
            {
                writer.WriteStringValue(alert.Tags[i]);
            }

            writer.WriteEndArray();
        }

        if (alert.Hostname.Length > 0)
        {
            writer.WriteString("hostname"u8, alert.Hostname);
        }

        for (var i = 0; i < alert.Unknown.Count; i++)
        {
            WriteMember(writer, alert.Unknown[i]);
        }

        writer.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter writer, KeyValuePair<string, FieldValue> member)
    {
        writer.WritePropertyName(member.Key);
        member.Value.WriteTo(writer);
    }
}
