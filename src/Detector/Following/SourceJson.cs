using System.Text.Json;

namespace Saker.Detector.Following;

/// <summary>Reads JSON that others wrote: what is of another kind than expected counts as absent, and a name that stands twice is a fault.</summary>
internal static class SourceJson
{
    private static readonly JsonDocumentOptions strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>The document.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes, strict);
        return document.RootElement.Clone();
    }

    /// <summary>The same of something that a source sent.</summary>
    /// <exception cref="RulesSourceException">It is no JSON.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> bytes, string what)
    {
        try
        {
            return Parse(bytes);
        }
        catch (JsonException exception)
        {
            throw RulesSourceException.Refused($"{what} is no JSON, or is damaged.", exception);
        }
    }

    /// <summary>A text below a name; null when there is none.</summary>
    public static string? Text(JsonElement element, string name)
    {
        try
        {
            return Find(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half of a surrogate pair, which is no text
        }
    }

    /// <summary>A number below a name; null when there is none.</summary>
    public static long? Number(JsonElement element, string name) =>
        Find(element, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : null;

    /// <summary>An object below a name; null when there is none.</summary>
    public static JsonElement? Object(JsonElement element, string name) => Find(element, name) is { ValueKind: JsonValueKind.Object } found ? found : null;

    /// <summary>The items of a list below a name; none when there is no list.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        Find(element, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    private static JsonElement? Find(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var found) ? found : null;
}
