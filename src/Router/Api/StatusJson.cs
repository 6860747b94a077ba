using System.Text.Json;
using Saker.Router.Delivery;

namespace Saker.Router.Api;

/// <summary>How the outputs stand, as the API says it.</summary>
internal static class StatusJson
{
    /// <summary>An array with one object for each output.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<OutputStatus> outputs)
    {
        json.WriteStartArray();
        foreach (var output in outputs)
        {
            json.WriteStartObject();
            json.WriteString("name", output.Name);
            json.WriteString("type", output.Type);
            json.WriteBoolean("healthy", output.IsHealthy);
            json.WriteNumber("depth", output.Depth);
            json.WriteNumber("oldestAgeSeconds", Math.Round(output.OldestAge.TotalSeconds, 3));
            json.WriteString("lastError", output.LastError);
            if (output.FailingSince is { } since)
            {
                json.WriteString("failingSince", since);
            }
            else
            {
                json.WriteNull("failingSince");
            }

            if (output.BlockedSince is { } blocked)
            {
                json.WriteString("blockedSince", blocked);
            }
            else
            {
                json.WriteNull("blockedSince");
            }

            json.WriteString("breaker", output.Breaker);
            json.WriteNumber("attempts", output.Counters.Attempts);
            json.WriteNumber("retries", output.Counters.Retries);
            json.WriteNumber("delivered", output.Counters.Delivered);
            json.WriteNumber("deadLetters", output.Counters.DeadLetters);
            json.WriteNumber("cutLoose", output.Counters.CutLoose);
            json.WriteNumber("lost", output.Counters.Lost);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The answer to <c>/healthz?verbose</c>. Failing outputs do not make the router unhealthy: their alerts are kept.</summary>
    public static byte[] Health(string? fault, IReadOnlyList<OutputStatus> outputs) => JsonBytes.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("status", fault is null ? "ok" : "unavailable");
        if (fault is not null)
        {
            json.WriteString("reason", fault);
        }

        json.WritePropertyName("outputs");
        Write(json, outputs);
        json.WriteEndObject();
    });

    /// <summary>The answer to <c>/api/v1/outputs</c>.</summary>
    public static byte[] Outputs(IReadOnlyList<OutputStatus> outputs) => JsonBytes.Of(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("outputs");
        Write(json, outputs);
        json.WriteEndObject();
    });
}
