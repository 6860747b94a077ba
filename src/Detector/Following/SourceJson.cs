using System.Text.Json;

namespace Saker.Detector.Following;

/// <summary>Documents of sources of rules, in which a name that stands twice is a fault; <see cref="Answers.JsonReading"/> looks into them.</summary>
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
}
