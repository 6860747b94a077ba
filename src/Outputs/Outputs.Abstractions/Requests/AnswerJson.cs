using System.Text;
using System.Text.Json;

namespace Saker.Outputs.Requests;

/// <summary>Answers in JSON, which come from outside and may be anything.</summary>
public static class AnswerJson
{
    /// <summary>What <paramref name="read"/> finds in an answer; null when the answer is no JSON, or was cut.</summary>
    public static T? Read<T>(string answer, Func<JsonElement, T?> read)
        where T : class => Read(Encoding.UTF8.GetBytes(answer), read);

    /// <summary>The same for an answer as it came.</summary>
    public static T? Read<T>(ReadOnlyMemory<byte> answer, Func<JsonElement, T?> read)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            using var document = JsonDocument.Parse(answer);
            return read(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The text below names, one in the other; null when there is none.</summary>
    public static string? Text(JsonElement json, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
            {
                return null;
            }
        }

        return json.ValueKind == JsonValueKind.String ? json.GetString() : null;
    }
}
