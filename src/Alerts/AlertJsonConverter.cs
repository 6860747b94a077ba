using System.Text.Json;
using System.Text.Json.Serialization;

namespace Saker.Alerts;

/// <summary>Source-generated JSON metadata for <see cref="Alert"/>, for callers that go through <see cref="JsonSerializer"/>.</summary>
[JsonSerializable(typeof(Alert))]
public sealed partial class AlertJsonContext : JsonSerializerContext;

/// <summary>Reads and writes alerts by <see cref="AlertReader"/> and <see cref="AlertWriter"/>.</summary>
public sealed class AlertJsonConverter : JsonConverter<Alert>
{
    /// <inheritdoc/>
    public override Alert Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var bytes = System.Text.Encoding.UTF8.GetBytes(document.RootElement.GetRawText());
        return AlertReader.TryRead(bytes, out var alert, out _, out var error) ? alert! : throw new JsonException($"Not an alert: {error}.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Alert value, JsonSerializerOptions options) => AlertWriter.Write(writer, value);
}
