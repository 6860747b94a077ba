using System.Buffers;
using System.Text;
using Saker.Alerts;

namespace Saker.Outputs.Rendering;

/// <summary>An alert as Falcosidekick's outputs see it. What is stored stays whole; only what is rendered is shaped.</summary>
public static class StrictAlert
{
    // Falcosidekick cuts at these sizes for every output, whatever its own limit.
    private const int MaxAlertBytes = 4096;
    private const int MaxFieldBytes = 512;
    private const int KeptBytes = 507;
    private const string CutMark = "[...]";

    /// <summary>
    /// The alert without top-level keys that Falcosidekick does not know. Over 4,096 bytes of JSON, text fields over 512 bytes are
    /// cut to 507, where they stand and where the message repeats them.
    /// </summary>
    public static Alert Of(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        var known = alert.Unknown.Count == 0 ? alert : alert with { Unknown = [] };
        if (!known.OutputFields.Any(static field => IsLong(field.Value)) || ToJson(known).Length <= MaxAlertBytes)
        {
            return known;
        }

        var message = known.Output;
        var cut = new List<KeyValuePair<string, FieldValue>>();
        foreach (var (name, value) in known.OutputFields)
        {
            if (!IsLong(value))
            {
                continue;
            }

            var text = Cut(value.Raw!);
            message = message.Replace(value.Raw!, text, StringComparison.Ordinal);
            cut.Add(new(name, FieldValue.Text(text)));
        }

        return known with { Output = message, OutputFields = known.OutputFields.With(cut) };
    }

    /// <summary>The alert as Falcosidekick's JSON, with its order of keys.</summary>
    public static ReadOnlyMemory<byte> ToJson(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        var output = new ArrayBufferWriter<byte>(1024);
        var json = new GoJsonWriter(output);
        json.BeginObject();
        json.TextUnlessEmpty("uuid", alert.Uuid == Guid.Empty ? "" : alert.Uuid.ToString());
        json.Name("output");
        json.Text(alert.Output);
        json.Name("priority");
        json.Text(alert.Priority.Word());
        json.Name("rule");
        json.Text(alert.Rule);
        json.Name("time");
        json.Text(alert.Time.ToString());
        json.Name("output_fields");
        json.BeginObject();
        foreach (var (name, value) in alert.OutputFields)
        {
            json.Name(name);
            json.Value(value);
        }

        json.EndObject();
        json.TextUnlessEmpty("source", alert.Source);
        if (alert.Tags.Count > 0)
        {
            json.Name("tags");
            json.BeginList();
            foreach (var tag in alert.Tags)
            {
                json.Text(tag);
            }

            json.EndList();
        }

        json.TextUnlessEmpty("hostname", alert.Hostname);
        json.EndObject();
        return output.WrittenMemory;
    }

    private static bool IsLong(FieldValue value) =>
        value.Kind is FieldKind.Text && value.Raw!.Length > MaxFieldBytes / 3 && Encoding.UTF8.GetByteCount(value.Raw) > MaxFieldBytes;

    // Falcosidekick cuts in the middle of a character, and each byte that is left of it is sent as U+FFFD.
    private static string Cut(string text)
    {
        var kept = 0;
        var bytes = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > KeptBytes)
            {
                break;
            }

            bytes += rune.Utf8SequenceLength;
            kept += rune.Utf16SequenceLength;
        }

        return string.Concat(text.AsSpan(0, kept), new string('\uFFFD', KeptBytes - bytes), CutMark);
    }
}
