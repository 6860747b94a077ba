using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Saker.Detector.Answers;

/// <summary>
/// Reads JSON of others: what is missing, null or of another kind is empty, and nothing of it throws. Not text that no UTF-8 or no
/// UTF-16 is.
/// </summary>
internal static class JsonReading
{
    private static readonly JsonDocumentOptions Bounded = new() { MaxDepth = 64, AllowDuplicateProperties = true };

    /// <summary>A document; null when the text is none.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return JsonDocument.Parse(utf8, Bounded);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A document; null when the text is none.</summary>
    public static JsonDocument? Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text, Bounded);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return null; // an argument: half a character
        }
    }

    /// <summary>What stands under these keys, one below the other.</summary>
    public static JsonElement At(this JsonElement element, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (element.ValueKind != JsonValueKind.Object || !TryProperty(element, key, out element))
            {
                return default;
            }
        }

        return element;
    }

    /// <summary>A text, bounded by <see cref="TextLimits"/>.</summary>
    public static string Text(this JsonElement element, params ReadOnlySpan<string> keys) => TextLimits.Text(Whole(element.At(keys)));

    /// <summary>A text of any length; null when it is none.</summary>
    public static string? TextOrNull(this JsonElement element, params ReadOnlySpan<string> keys) => Whole(element.At(keys));

    /// <summary>An object; null when it is none.</summary>
    public static JsonElement? ObjectOrNull(this JsonElement element, params ReadOnlySpan<string> keys) => element.At(keys) is { ValueKind: JsonValueKind.Object } found ? found : null;

    /// <summary>Null when it is neither true nor false.</summary>
    public static bool? TruthOrNull(this JsonElement element, params ReadOnlySpan<string> keys) => element.At(keys).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>False when it is not true.</summary>
    public static bool Truth(this JsonElement element, params ReadOnlySpan<string> keys) => element.TruthOrNull(keys) == true;

    /// <summary>A whole number; 0 when it is none.</summary>
    public static long Number(this JsonElement element, params ReadOnlySpan<string> keys) => element.NumberOr(0, keys);

    /// <summary>A whole number, or <paramref name="otherwise"/>.</summary>
    public static long NumberOr(this JsonElement element, long otherwise, params ReadOnlySpan<string> keys) =>
        element.At(keys) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : otherwise;

    /// <summary>Seconds since 1970 of a time as a text; 0 when it is none, or one before that.</summary>
    public static long Seconds(this JsonElement element, params ReadOnlySpan<string> keys) =>
        DateTimeOffset.TryParse(element.Text(keys), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? Math.Max(0, time.ToUnixTimeSeconds()) : 0;

    /// <summary>The items of a list.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element) => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    /// <summary>The texts of a list; others are left out.</summary>
    public static IEnumerable<string> Texts(this JsonElement element) => element.Items().Select(Whole).OfType<string>();

    /// <summary>The entries of an object whose keys are texts.</summary>
    public static IEnumerable<KeyValuePair<string, JsonElement>> Entries(this JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        foreach (var property in element.EnumerateObject())
        {
            if (Key(property) is { } key)
            {
                yield return new KeyValuePair<string, JsonElement>(key, property.Value);
            }
        }
    }

    /// <summary>The entries of an object that are texts.</summary>
    public static IEnumerable<KeyValuePair<string, string>> TextEntries(this JsonElement element)
    {
        foreach (var (key, value) in element.Entries())
        {
            if (Whole(value) is { } text)
            {
                yield return new KeyValuePair<string, string>(key, text);
            }
        }
    }

    /// <summary>An object of the chosen entries as JSON; empty when there are none or when it has more than <paramref name="maxCharacters"/>.</summary>
    public static string Chosen(this JsonElement element, Func<string, bool> isChosen, int maxCharacters)
    {
        var chosen = element.Entries().Where(entry => isChosen(entry.Key)).ToList();
        if (chosen.Count == 0)
        {
            return "";
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (key, value) in chosen)
            {
                writer.WritePropertyName(key);
                if (!TryWrite(writer, value))
                {
                    return "";
                }
            }

            writer.WriteEndObject();
        }

        var text = System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
        return text.Length <= maxCharacters ? text : "";
    }

    private static bool TryWrite(Utf8JsonWriter writer, JsonElement value)
    {
        try
        {
            value.WriteTo(writer);
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            writer.Reset(); // nothing of it is used, and a writer that was left in the middle need not complain of it
            return false;
        }
    }

    private static bool TryProperty(JsonElement element, string key, out JsonElement value)
    {
        try
        {
            return element.TryGetProperty(key, out value);
        }
        catch (InvalidOperationException)
        {
            value = default;
            return false;
        }
    }

    private static string? Whole(JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Key(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
