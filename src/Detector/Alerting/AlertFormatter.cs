using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Saker.Alerts;
using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;
using Saker.Conditions.Values;
using Saker.Detector.Configuration;
using Saker.Detector.Fields;
using Saker.Detector.Outputs;
using Saker.Detector.State;
using Saker.Rules;
using Saker.Rules.Output;

namespace Saker.Detector.Alerting;

/// <summary>
/// Makes a match into a line: Falco's JSON (keys in alphabetical order, the message with time and priority in front, the
/// fields that the message names with their values), or Falco's line of text. For one thread.
/// </summary>
internal sealed class AlertFormatter : IDisposable
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly DetectorOptions options;
    private readonly string hostname;
    private readonly DetectorField time;
    private readonly string timeName;
    private readonly byte[] text = new byte[EventContext.ScratchBytes];
    private readonly ArrayBufferWriter<byte> buffer = new(4096);
    private readonly Utf8JsonWriter json;

    /// <param name="options">Which properties an alert has, and its form of time.</param>
    /// <param name="catalogue">The fields, for the time in front of the message.</param>
    /// <param name="hostname">The machine's name.</param>
    public AlertFormatter(DetectorOptions options, IFieldCatalogue catalogue, string hostname)
    {
        this.options = options;
        this.hostname = hostname;
        json = new Utf8JsonWriter(buffer, JsonOptions);
        // Falco puts this field in front of each output, and so it stands among the output fields.
        timeName = options.TimeFormatIso8601 ? "evt.time.iso8601" : "evt.time";
        time = new FieldResolver(catalogue).Resolve(timeName, null, out _, out _) as DetectorField
            ?? throw new InvalidOperationException($"The catalogue has no {timeName}.");
    }

    /// <summary>The field that every alert begins with.</summary>
    public DetectorField Time => time;

    /// <summary>The alert of a rule that matched the context's event.</summary>
    public AlertLine Format(Rule rule, AlertContext context)
    {
        var message = Message(rule, context, out var messageStart);
        if (!options.JsonOutput)
        {
            var line = message.ToArray();
            return new(line, IsJson: false, rule.Priority) { Whole = options.NeedsWholeAlerts ? Json(rule, context, line, messageStart, inFull: true) : default };
        }

        var shown = Json(rule, context, message, messageStart, inFull: false);
        var isFull = options.JsonIncludeOutputProperty && options.JsonIncludeOutputFieldsProperty && options.JsonIncludeTagsProperty;
        return new(shown, IsJson: true, rule.Priority)
        {
            // The message lies where the fields are written to.
            Whole = !options.NeedsWholeAlerts ? default : isFull ? shown : Json(rule, context, Message(rule, context, out messageStart), messageStart, inFull: true),
        };
    }

    public void Dispose() => json.Dispose();

    private byte[] Json(Rule rule, AlertContext context, ReadOnlySpan<byte> message, int messageStart, bool inFull)
    {
        buffer.ResetWrittenCount();
        json.Reset();
        json.WriteStartObject();
        json.WriteString("hostname"u8, hostname);
        if (options.JsonIncludeMessageProperty)
        {
            WriteText("message"u8, message[messageStart..]);
        }

        if (inFull || options.JsonIncludeOutputProperty)
        {
            WriteText("output"u8, message);
        }

        if (inFull || options.JsonIncludeOutputFieldsProperty)
        {
            WriteFields(rule, context);
        }

        json.WriteString("priority"u8, rule.Priority.Word());
        json.WriteString("rule"u8, rule.Name);
        json.WriteString("source"u8, rule.Source);
        if (inFull || options.JsonIncludeTagsProperty)
        {
            WriteTags(rule);
        }

        WriteTime(context.Timestamp);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private ReadOnlySpan<byte> Message(Rule rule, AlertContext context, out int messageStart)
    {
        var writer = new Utf8Writer(text) { IsBase64 = options.BufferFormatBase64 };
        ValueFormatter.WriteText(time, context.ReadShown(time), ref writer);
        writer.Add(": "u8);
        writer.Add(Encoding.ASCII.GetBytes(rule.Priority.Word()));
        writer.Add((byte)' ');
        messageStart = writer.Written.Length;
        Print(rule.Output, context, ref writer);
        return writer.Written;
    }

    private static void Print(OutputFormat format, AlertContext context, ref Utf8Writer writer)
    {
        foreach (var part in format.Parts)
        {
            if (part.Text is { } literal)
            {
                writer.Add(Encoding.UTF8.GetBytes(literal));
            }
            else
            {
                Print(part, context, ref writer);
            }
        }
    }

    private static void Print(OutputPart part, AlertContext context, ref Utf8Writer writer)
    {
        var start = writer.Length;
        Print(part.Operand!, context, ref writer);
        if (part.Width == 0)
        {
            return;
        }

        writer.CutTo(start + part.Width);
        for (var missing = start + part.Width - writer.Length; missing > 0; missing--)
        {
            writer.Add((byte)' ');
        }
    }

    private static void Print(CompiledOperand operand, AlertContext context, ref Utf8Writer writer)
    {
        if (operand.Field is { } field)
        {
            ValueFormatter.WriteText(field, context.ReadShown(field), ref writer);
            return;
        }

        var state = new PrintState { Writer = writer };
        operand.Visit(context, ref state, static (scoped Value value, ref PrintState into) => ValueFormatter.WriteText(null, value, ref into.Writer));
        writer = state.Writer;
    }

    // Field values are bytes of whatever encoding; what is not UTF-8 becomes U+FFFD.
    private void WriteText(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => json.WriteString(name, Encoding.UTF8.GetString(value));

    private void WriteFields(Rule rule, AlertContext context)
    {
        json.WriteStartObject("output_fields"u8);
        // Of two with one key, what the configuration adds wins, as in Falco.
        var named = rule.Output.Fields.Append(new NamedField(timeName, time));
        var fields = rule.ExtraFields.Reverse().Select(static field => (field.Key, Extra: (ExtraField?)field, Field: (FieldReference?)null))
            .Concat(named.Select(static field => (Key: field.Text, Extra: (ExtraField?)null, Field: (FieldReference?)field.Reference)))
            .DistinctBy(static field => field.Key).OrderBy(static field => field.Key, Utf8Order.Instance);
        foreach (var (key, extra, field) in fields)
        {
            if (extra?.Format is { } format)
            {
                var writer = new Utf8Writer(text) { IsBase64 = options.BufferFormatBase64 };
                Print(format, context, ref writer);
                WriteText(Encoding.UTF8.GetBytes(key), writer.Written);
                continue;
            }

            json.WritePropertyName(key);
            if ((field ?? extra!.Value!.Field) is { } single)
            {
                ValueFormatter.WriteJson(single, context.ReadShown(single), json, options.BufferFormatBase64);
            }
            else
            {
                WriteTransformed(extra!.Value!, context);
            }
        }

        json.WriteEndObject();
    }

    private void WriteTransformed(CompiledOperand operand, AlertContext context)
    {
        var target = json;
        operand.Visit(context, ref target, static (scoped Value value, ref Utf8JsonWriter into) => ValueFormatter.WriteJson(null, value, into));
    }

    private void WriteTags(Rule rule)
    {
        json.WriteStartArray("tags"u8);
        foreach (var tag in rule.Tags)
        {
            json.WriteStringValue(tag);
        }

        json.WriteEndArray();
    }

    private void WriteTime(ulong timestamp)
    {
        var writer = new Utf8Writer(text);
        ValueFormatter.WriteDateTime(timestamp, withFraction: true, ref writer);
        var written = text.AsSpan(0, writer.Written.Length + 1);
        written[10] = (byte)'T';
        written[^1] = (byte)'Z';
        json.WriteString("time"u8, written);
    }

    private ref struct PrintState
    {
        public Utf8Writer Writer;
    }
}
