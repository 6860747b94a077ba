using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Saker.Alerts;

namespace Saker.Router.Api;

/// <summary>The JSON of the API, for both sides. Its code is generated, so that nothing is looked up by reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = ApiJson.Depth)]
[JsonSerializable(typeof(OutputList))]
[JsonSerializable(typeof(OutputView))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(TestAnswer))]
[JsonSerializable(typeof(DeadLetterPage))]
[JsonSerializable(typeof(DeadLetterView))]
[JsonSerializable(typeof(BulkAnswer))]
[JsonSerializable(typeof(StatusView))]
[JsonSerializable(typeof(ConfigurationView))]
[JsonSerializable(typeof(RouteAnswer))]
[JsonSerializable(typeof(ApiEvent))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>An alert may be as deep as it may come in, and stands inside an answer.</summary>
    public const int Depth = AlertReader.MaxDepth + 4;

    /// <summary>JSON as a part of an answer.</summary>
    public static JsonElement Element(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Depth });
        return document.RootElement.Clone();
    }
}

/// <summary>Writes the words of an enumeration as JSON has them: the first letter is a small one.</summary>
internal sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;

/// <summary>How the API writes its JSON: <c>'</c>, <c>&lt;</c> and letters of all languages as they are, since people read it and no page of HTML holds it.</summary>
internal static class ApiForms
{
    /// <summary>How texts are written.</summary>
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>A text as a part of an answer that is put together.</summary>
    public static string Text(string text) => $"\"{JsonEncodedText.Encode(text, Encoder)}\"";

    /// <summary>The forms of the API, written so.</summary>
    public static ApiJson Plain { get; } = new(new JsonSerializerOptions(ApiJson.Default.Options) { Encoder = Encoder });
}
