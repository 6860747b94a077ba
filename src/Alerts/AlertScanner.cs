using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Saker.Alerts;

/// <summary>
/// Looks at alerts as most senders write them: valid UTF-8, known keys as they are spelt here, none twice, output fields in the order of their
/// names, as Falco and Go sort them. Whatever is otherwise has to be taken apart by <see cref="AlertReader"/>, and the reader finds the same in what
/// this takes. Does not recurse, and allocates next to nothing.
/// </summary>
public sealed class AlertScanner
{
    private readonly WatchedField[] watched;

    /// <summary>A scanner that reads the values of some output fields.</summary>
    /// <param name="watched">Their names.</param>
    public AlertScanner(IEnumerable<string> watched) =>
        this.watched = [.. watched.Distinct(StringComparer.Ordinal).Select(static name => new WatchedField(Encoding.UTF8.GetBytes(name), name))];

    /// <summary>Looks at the alert that <paramref name="body"/> begins with.</summary>
    /// <param name="body">JSON text; what follows the first object is left alone.</param>
    /// <param name="outline">What it tells.</param>
    /// <param name="maxDepth">Lists and objects may be nested this deep.</param>
    /// <returns>False when the text is no alert, or not written in the usual way.</returns>
    public bool TryScan(ReadOnlySpan<byte> body, out AlertOutline outline, int maxDepth = AlertReader.MaxDepth)
    {
        outline = default;
        if (!Utf8.IsValid(body) || HasEscapedSurrogate(body))
        {
            return false;
        }

        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            return new Draft(watched).TryRead(ref reader, ref outline);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // A lone one becomes U+FFFD, which only the reader does.
    private static bool HasEscapedSurrogate(ReadOnlySpan<byte> body)
    {
        while (body.IndexOf("\\u"u8) is var at and >= 0)
        {
            body = body[(at + 2)..];
            if (body is [(byte)'d' or (byte)'D', ..])
            {
                return true;
            }
        }

        return false;
    }

    private readonly record struct WatchedField(byte[] Utf8, string Name);

    private ref struct Draft(WatchedField[] watched)
    {
        private int seen, start, fieldsEnd, fieldCount, tagsEnd, tagCount;
        private string rule = "", source = "", hostname = "";
        private Guid uuid;
        private Priority priority;
        private AlertTime time;
        private List<KeyValuePair<string, FieldValue>>? fields;

        public bool TryRead(ref Utf8JsonReader reader, ref AlertOutline outline)
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            start = (int)reader.TokenStartIndex;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var key = AlertKeys.Find(in reader, out var exact);
                reader.Read();
                if (!exact || !ReadMember(ref reader, key))
                {
                    return false;
                }
            }

            const int Needed = 1 << (int)AlertKey.Priority | 1 << (int)AlertKey.Rule | 1 << (int)AlertKey.Time | 1 << (int)AlertKey.OutputFields;
            if ((seen & Needed) != Needed)
            {
                return false;
            }

            var known = new Alert
            {
                Uuid = uuid,
                Priority = priority,
                Rule = rule,
                Time = time,
                OutputFields = fields is null ? AlertFields.Empty : AlertFields.From(fields),
                Source = source,
                Hostname = hostname,
            };
            outline = new(known, fieldCount, start, fieldsEnd, tagsEnd, tagCount, (int)reader.TokenStartIndex);
            return true;
        }

        private bool ReadMember(ref Utf8JsonReader reader, AlertKey key)
        {
            if (key == AlertKey.Unknown)
            {
                reader.Skip();
                return true;
            }

            if ((seen & 1 << (int)key) != 0)
            {
                return false;
            }

            seen |= 1 << (int)key;
            return key switch
            {
                AlertKey.OutputFields => ReadFields(ref reader),
                AlertKey.Tags => ReadTags(ref reader),
                _ => reader.TokenType == JsonTokenType.String && ReadText(ref reader, key),
            };
        }

        private bool ReadText(ref Utf8JsonReader reader, AlertKey key)
        {
            switch (key)
            {
                case AlertKey.Output:
                    return true;
                case AlertKey.Rule:
                    rule = TextTable.Values.Read(in reader);
                    return rule.Length > 0;
                case AlertKey.Source:
                    source = TextTable.Values.Read(in reader);
                    return source.Length > 0; // an empty one is replaced
                case AlertKey.Hostname:
                    hostname = TextTable.Values.Read(in reader);
                    return true;
                default:
                    Span<char> buffer = stackalloc char[JsonText.MaxWord];
                    var word = JsonText.ReadWord(in reader, buffer);
                    return key switch
                    {
                        AlertKey.Priority => Priorities.TryParse(word, out priority),
                        AlertKey.Time => AlertTime.TryParse(word, out time) && time != AlertTime.NotGiven,
                        AlertKey.Uuid => Guid.TryParse(word, out uuid) && uuid != Guid.Empty,
                        _ => throw new System.Diagnostics.UnreachableException($"Key {(int)key} is no text."),
                    };
            }
        }

        private bool ReadFields(ref Utf8JsonReader reader)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            ReadOnlySpan<byte> before = default;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.ValueSpan;
                if (reader.ValueIsEscaped || fieldCount > 0 && before.SequenceCompareTo(name) >= 0)
                {
                    return false;
                }

                before = name;
                fieldCount++;
                reader.Read();
                ReadField(ref reader, name);
            }

            fieldsEnd = (int)reader.TokenStartIndex;
            return true;
        }

        private void ReadField(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
        {
            foreach (var field in watched)
            {
                if (name.SequenceEqual(field.Utf8))
                {
                    var value = reader.TokenType == JsonTokenType.String ? FieldValue.Text(TextTable.Values.Read(in reader)) : AlertReader.ReadValue(ref reader);
                    (fields ??= []).Add(new(field.Name, value));
                    return;
                }
            }

            reader.Skip();
        }

        private bool ReadTags(ref Utf8JsonReader reader)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.String)
            {
                tagCount++;
            }

            tagsEnd = (int)reader.TokenStartIndex;
            return reader.TokenType == JsonTokenType.EndArray;
        }
    }
}
