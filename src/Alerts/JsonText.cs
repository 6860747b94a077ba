using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Saker.Alerts;

/// <summary>Reads texts and nested values where <see cref="Utf8JsonReader"/> would throw: lone surrogates become U+FFFD.</summary>
internal static class JsonText
{
    /// <summary>Writes text as it is, but for what JSON itself forbids.</summary>
    public static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = AlertReader.MaxDepth + 1,
        SkipValidation = true,
    };

    /// <summary>The text of the string or property name under the cursor.</summary>
    public static string Read(in Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }

        return Unescape(Encoding.UTF8.GetString(reader.ValueSpan));
    }

    /// <summary>Characters that <see cref="ReadWord"/> takes without a string of its own.</summary>
    public const int MaxWord = 64;

    /// <summary>The text of the string under the cursor, in <paramref name="buffer"/> if it is short, as words and times are.</summary>
    public static ReadOnlySpan<char> ReadWord(in Utf8JsonReader reader, Span<char> buffer) =>
        reader.ValueIsEscaped || reader.ValueSpan.Length > buffer.Length
            ? Read(in reader)
            : buffer[..Encoding.UTF8.GetChars(reader.ValueSpan, buffer)];

    /// <summary>The list or object under the cursor as compact JSON; the cursor is left at its end.</summary>
    public static string ReadCompact(ref Utf8JsonReader reader)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            var depth = reader.CurrentDepth;
            do
            {
                Copy(ref reader, writer);
            }
            while (!(reader.CurrentDepth == depth && reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject) && reader.Read());
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Copy(ref Utf8JsonReader reader, Utf8JsonWriter writer)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                writer.WriteEndArray();
                break;
            case JsonTokenType.PropertyName:
                writer.WritePropertyName(Read(in reader));
                break;
            default:
                AlertReader.ReadValue(ref reader).WriteTo(writer);
                break;
        }
    }

    // The reader has checked every escape's form; only pairs of surrogates are left to be checked.
    private static string Unescape(string escaped)
    {
        var text = new StringBuilder(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            var unit = escaped[i];
            if (unit == '\\')
            {
                unit = escaped[++i] switch
                {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'b' => '\b',
                    'f' => '\f',
                    'u' => (char)ushort.Parse(escaped.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                    var other => other,
                };
                if (escaped[i] == 'u')
                {
                    i += 4;
                }
            }

            text.Append(unit);
        }

        return ReplaceLoneSurrogates(text);
    }

    private static string ReplaceLoneSurrogates(StringBuilder text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else
            {
                text[i] = '\uFFFD';
            }
        }

        return text.ToString();
    }
}
