using System.Buffers;
using System.Text.Json;
using Saker.Router.Log;

namespace Saker.Router.Delivery;

/// <summary>An alert that was given up for one output, with its own copy.</summary>
internal sealed record DeadLetter
{
    /// <summary>Its number in the dead letters; -1 until it is kept.</summary>
    public long Id { get; init; } = -1;

    /// <summary>The instance that it was for.</summary>
    public required string Output { get; init; }

    /// <summary>The instance's type.</summary>
    public required string Type { get; init; }

    /// <summary>Why it is here: rejected, exhausted, faulted.</summary>
    public required string Reason { get; init; }

    /// <summary>The destination's last answer, cut, secrets masked.</summary>
    public required string Answer { get; init; }

    /// <summary>Failed attempts.</summary>
    public required int Attempts { get; init; }

    /// <summary>When the log accepted the alert.</summary>
    public required DateTimeOffset Accepted { get; init; }

    /// <summary>When it was given up.</summary>
    public DateTimeOffset GivenUp { get; init; }

    /// <summary>The alert as JSON.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    internal byte[] Format()
    {
        var buffer = new ArrayBufferWriter<byte>(Payload.Length * 2 + 256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("output", Output);
            json.WriteString("type", Type);
            json.WriteString("reason", Reason);
            json.WriteString("answer", Answer);
            json.WriteNumber("attempts", Attempts);
            json.WriteNumber("accepted", UnixTime.ToNanoseconds(Accepted));
            json.WriteBase64String("alert", Payload.Span);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads what the dead letters hold: a letter, or the number of one that was dropped or resent.</summary>
    internal static bool TryParse(LogRecord record, out DeadLetter? letter, out long tombstone)
    {
        letter = null;
        tombstone = -1;
        try
        {
            using var document = JsonDocument.Parse(record.Payload);
            var root = document.RootElement;
            if (root.TryGetProperty("gone", out var gone))
            {
                tombstone = gone.GetInt64();
                return true;
            }

            letter = new DeadLetter
            {
                Id = record.Position,
                Output = root.GetProperty("output").GetString() ?? "",
                Type = root.GetProperty("type").GetString() ?? "",
                Reason = root.GetProperty("reason").GetString() ?? "",
                Answer = root.GetProperty("answer").GetString() ?? "",
                Attempts = root.GetProperty("attempts").GetInt32(),
                Accepted = UnixTime.ToDateTimeOffset(root.GetProperty("accepted").GetInt64()),
                GivenUp = record.Accepted,
                Payload = root.GetProperty("alert").GetBytesFromBase64(),
            };
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return false;
        }
    }
}
