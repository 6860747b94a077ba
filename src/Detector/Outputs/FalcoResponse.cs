using System.Globalization;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Saker.Alerts;
using Saker.FalcoGrpc;

namespace Saker.Detector.Outputs;

/// <summary>An alert in the form of Falco's gRPC service, where all output fields are texts.</summary>
internal static class FalcoResponse
{
    // As Falco writes it where a field has no value.
    private const string Absent = "<NA>";

    /// <param name="json">The alert in full.</param>
    public static response Of(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var alert = document.RootElement;
        var response = new response
        {
            Time = Timestamp.FromDateTimeOffset(DateTimeOffset.Parse(Text(alert, "time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)),
            Priority = Priorities.TryParse(Text(alert, "priority"), out var priority) ? (priority)(int)priority : throw new FormatException("There is no such priority."),
            Rule = Text(alert, "rule"),
            Output = Text(alert, "output"),
            Hostname = Text(alert, "hostname"),
            Source = Text(alert, "source"),
            SourceDeprecated = Text(alert, "source") switch
            {
                "syscall" => source.Syscall,
                "k8s_audit" => source.K8SAudit,
                "internal" => source.Internal,
                _ => source.Plugin,
            },
        };
        // Timestamp counts in nanoseconds, DateTimeOffset in hundreds of them.
        response.Time.Nanos = Nanoseconds(Text(alert, "time")) ?? response.Time.Nanos;
        foreach (var field in alert.GetProperty("output_fields").EnumerateObject())
        {
            response.OutputFields[field.Name] = field.Value.ValueKind switch
            {
                JsonValueKind.Null => Absent,
                JsonValueKind.String => field.Value.GetString(),
                _ => field.Value.GetRawText(),
            };
        }

        if (alert.TryGetProperty("tags", out var tags))
        {
            response.Tags.AddRange(tags.EnumerateArray().Select(static tag => tag.GetString()));
        }

        return response;
    }

    private static string Text(JsonElement alert, string name) => alert.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static int? Nanoseconds(string time) =>
        time.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 && time.Length >= dot + 10
        && int.TryParse(time.AsSpan(dot + 1, 9), NumberStyles.None, CultureInfo.InvariantCulture, out var nanoseconds) ? nanoseconds : null;
}
