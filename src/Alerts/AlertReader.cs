using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Saker.Alerts;

/// <summary>
/// Reads alerts from JSON, as Falco and Falcosidekick's senders write it. Keys are found in any case; of a key that comes
/// twice the last counts, but two <c>output_fields</c> are merged; invalid UTF-8 and lone surrogates become U+FFFD.
/// Does not recurse.
/// </summary>
public static class AlertReader
{
    /// <summary>Lists and objects inside an alert may be nested this deep, the alert itself included.</summary>
    public const int MaxDepth = 10_000;

    /// <summary>How the sentence begins about a text with more than that.</summary>
    public const string TooDeep = "lists and objects are nested deeper than";

    /// <summary>Reads the alert that <paramref name="body"/> begins with.</summary>
    /// <param name="body">JSON text; what follows the first object is left alone.</param>
    /// <param name="alert">The alert; null when the result is false.</param>
    /// <param name="consumed">Bytes of <paramref name="body"/> that were read. Counted after invalid UTF-8 was replaced, so meaningful only for valid text.</param>
    /// <param name="error">Says what is wrong, without quoting the body; empty when the result is true.</param>
    /// <param name="maxDepth">Lists and objects may be nested this deep.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, out Alert? alert, out long consumed, out string error, int maxDepth = MaxDepth)
    {
        if (!Utf8.IsValid(body))
        {
            body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body)); // .NET replaces by the same rule as WHATWG and Go's JSON
        }

        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = maxDepth });
        var draft = new AlertDraft();
        try
        {
            var read = draft.Read(ref reader, out error);
            consumed = reader.BytesConsumed;
            alert = null;
            return read && draft.TryBuild(out alert, out error);
        }
        catch (JsonException exception)
        {
            alert = null;
            consumed = reader.BytesConsumed;
            error = IsTooDeep(body, reader, maxDepth) ? $"{TooDeep} {maxDepth}" : $"not valid JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}";
            return false;
        }
    }

    // The reader stops before the bracket that is one too many.
    private static bool IsTooDeep(ReadOnlySpan<byte> body, in Utf8JsonReader reader, int maxDepth) =>
        reader.CurrentDepth >= maxDepth - 1 && body[(int)reader.BytesConsumed..].TrimStart(" \t\r\n:,"u8) is [(byte)'[' or (byte)'{', ..];

    /// <summary>Reads a text that is one JSON value and nothing else.</summary>
    /// <param name="json">The text, as UTF-8.</param>
    /// <param name="value">The value; null when the result is false.</param>
    /// <param name="maxDepth">Lists and objects may be nested this deep.</param>
    public static bool TryReadValue(ReadOnlySpan<byte> json, out FieldValue value, int maxDepth = MaxDepth)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            value = reader.Read() ? ReadValue(ref reader) : default;
            return !reader.Read();
        }
        catch (JsonException)
        {
            value = default;
            return false;
        }
    }

    /// <summary>Reads the value under the cursor, whatever it is.</summary>
    internal static FieldValue ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return FieldValue.Text(JsonText.Read(in reader));
            case JsonTokenType.Number:
                return FieldValue.Number(Encoding.ASCII.GetString(reader.ValueSpan));
            case JsonTokenType.True:
                return FieldValue.Truth(true);
            case JsonTokenType.False:
                return FieldValue.Truth(false);
            case JsonTokenType.Null:
                return FieldValue.Null;
            default:
                return FieldValue.Json(JsonText.ReadCompact(ref reader));
        }
    }

    /// <summary>An alert while it is read: every part may still be missing.</summary>
    private ref struct AlertDraft
    {
        private Guid uuid;
        private string? output, rule, source, hostname;
        private Priority? priority;
        private AlertTime? time;
        private List<string>? tags;
        private List<KeyValuePair<string, FieldValue>>? fields, unknown;

        public bool Read(ref Utf8JsonReader reader, out string error)
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                error = "not a JSON object";
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var key = AlertKeys.Find(in reader, out _);
                var name = key == AlertKey.Unknown ? TextTable.FieldNames.Read(in reader) : null;
                reader.Read();
                if (!ReadMember(ref reader, key, name, out error))
                {
                    return false;
                }
            }

            error = "";
            return true;
        }

        public readonly bool TryBuild(out Alert? alert, out string error)
        {
            alert = null;
            error = this switch
            {
                { priority: null } => "priority is missing",
                { rule: null or "" } => "rule is missing",
                { time: null } => "time is missing",
                _ => "",
            };
            if (error.Length > 0)
            {
                return false;
            }

            tags?.Sort(Utf8Order.Instance);
            alert = new()
            {
                Uuid = uuid,
                Output = output ?? "",
                Priority = priority!.Value,
                Rule = rule!,
                Time = time!.Value,
                OutputFields = fields is null ? AlertFields.Empty : AlertFields.From(fields),
                Source = source ?? "",
                Tags = tags is null ? [] : tags,
                Hostname = hostname ?? "",
                Unknown = unknown is null ? [] : unknown,
            };
            return true;
        }

        private bool ReadMember(ref Utf8JsonReader reader, AlertKey key, string? name, out string error)
        {
            error = "";
            if (key == AlertKey.Unknown)
            {
                (unknown ??= []).Add(new(name!, ReadValue(ref reader)));
                return true;
            }

            if (reader.TokenType == JsonTokenType.Null)
            {
                return true;
            }

            return key switch
            {
                AlertKey.OutputFields => ReadFields(ref reader, out error),
                AlertKey.Tags => ReadTags(ref reader, out error),
                _ => ReadText(ref reader, key, out error),
            };
        }

        private bool ReadText(ref Utf8JsonReader reader, AlertKey key, out string error)
        {
            error = "";
            if (reader.TokenType != JsonTokenType.String)
            {
                error = $"{AlertKeys.Word(key)} is not text";
                return false;
            }

            switch (key)
            {
                case AlertKey.Output:
                    output = JsonText.Read(in reader);
                    break;
                case AlertKey.Rule:
                    rule = TextTable.Values.Read(in reader);
                    break;
                case AlertKey.Source:
                    source = TextTable.Values.Read(in reader);
                    break;
                case AlertKey.Hostname:
                    hostname = TextTable.Values.Read(in reader);
                    break;
                default:
                    ReadWord(ref reader, key, out error);
                    break;
            }

            return error.Length == 0;
        }

        private void ReadWord(ref Utf8JsonReader reader, AlertKey key, out string error)
        {
            error = "";
            Span<char> buffer = stackalloc char[JsonText.MaxWord];
            var text = JsonText.ReadWord(in reader, buffer);
            switch (key)
            {
                case AlertKey.Uuid:
                    // Anything else is no uuid of ours; the sender's word is no key to rely on.
                    uuid = Guid.TryParse(text, out var given) ? given : Guid.Empty;
                    break;
                case AlertKey.Priority:
                    priority = Priorities.TryParse(text, out var level) ? level : null;
                    if (priority is null)
                    {
                        error = "priority is none of emergency, alert, critical, error, warning, notice, informational (info), debug";
                    }

                    break;
                case AlertKey.Time:
                    time = AlertTime.TryParse(text, out var instant) && instant != AlertTime.NotGiven ? instant : null;
                    if (time is null)
                    {
                        error = "time is not in the form of RFC 3339";
                    }

                    break;
                default:
                    throw new UnreachableException($"Key {(int)key} is no word.");
            }
        }

        private bool ReadFields(ref Utf8JsonReader reader, out string error)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                error = "output_fields is not an object";
                return false;
            }

            fields ??= [];
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = TextTable.FieldNames.Read(in reader);
                reader.Read();
                fields.Add(new(name, ReadValue(ref reader)));
            }

            error = "";
            return true;
        }

        private bool ReadTags(ref Utf8JsonReader reader, out string error)
        {
            error = "tags is not a list of texts";
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                return false;
            }

            tags = [];
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
                {
                    return false;
                }

                tags.Add(reader.TokenType == JsonTokenType.Null ? "" : TextTable.Values.Read(in reader));
            }

            error = "";
            return true;
        }
    }
}
