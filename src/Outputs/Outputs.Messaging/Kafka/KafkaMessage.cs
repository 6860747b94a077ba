using System.Text;
using Confluent.Kafka;
using Saker.Alerts;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Messaging.Kafka;

/// <summary>The message for an alert: the alert as JSON, with the time at which it is sent.</summary>
internal static class KafkaMessage
{
    // What a record has beside its value, at most: https://kafka.apache.org/documentation/#record.
    public const int Overhead = 128;

    public static Message<byte[]?, byte[]> From(AlertView view, KafkaOptions options)
    {
        var key = options.MessageKey.Length == 0 ? null : Encoding.UTF8.GetBytes(Key(view.Alert, options.MessageKey));
        var room = options.MaxMessageBytes - Overhead - (key?.Length ?? 0);
        return new Message<byte[]?, byte[]> { Key = key, Value = view.IsStrict ? view.ToJson().ToArray() : Json(view.Alert, room) };
    }

    private static byte[] Json(Alert alert, int room)
    {
        var json = AlertWriter.ToBytes(alert);
        return json.Length <= room ? json : AlertWriter.ToBytes(AlertCut.ToFit(alert, static candidate => AlertWriter.ToBytes(candidate).Length, room));
    }

    private static string Key(Alert alert, string name) => name.ToLowerInvariant() switch
    {
        "rule" => alert.Rule,
        "source" => alert.Source,
        "priority" => alert.Priority.Word(),
        "hostname" => alert.Hostname,
        "uuid" => alert.Uuid.ToString(),
        _ => alert.OutputFields.TryGetValue(name, out var value) && value.Kind != FieldKind.Null ? value.ToString() : "",
    };
}
