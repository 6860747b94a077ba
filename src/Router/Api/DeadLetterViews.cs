using System.Text.Json;
using System.Text.Json.Serialization;
using Saker.Alerts;
using Saker.Router.Delivery;

namespace Saker.Router.Api;

/// <summary>An alert that was given up for an output.</summary>
internal sealed record DeadLetterView
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>The output that it was for.</summary>
    public required string Output { get; init; }

    /// <summary>The output's type.</summary>
    public required string Type { get; init; }

    /// <summary>The alert's rule.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Rule { get; init; }

    /// <summary>The alert's priority.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Priority { get; init; }

    /// <summary>Why it was given up: `rejected` (the destination refused it for good), `exhausted` (it failed too often or for too long) or `faulted` (the output threw on it).</summary>
    public required string Reason { get; init; }

    /// <summary>The destination's last answer, cut, without secrets.</summary>
    public required string Answer { get; init; }

    /// <summary>Failed attempts.</summary>
    public required int Attempts { get; init; }

    /// <summary>When the router accepted the alert.</summary>
    public required DateTimeOffset Accepted { get; init; }

    /// <summary>When it was given up.</summary>
    public required DateTimeOffset GivenUp { get; init; }

    /// <summary>The alert itself; only with a single letter.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Alert { get; init; }

    public static DeadLetterView Of(DeadLetter letter, bool withAlert)
    {
        var isAlert = AlertReader.TryRead(letter.Payload.Span, out var alert, out _, out _);
        return new DeadLetterView
        {
            Id = letter.Id,
            Output = letter.Output,
            Type = letter.Type,
            Rule = alert?.Rule,
            Priority = alert?.Priority.Word(),
            Reason = letter.Reason,
            Answer = letter.Answer,
            Attempts = letter.Attempts,
            Accepted = letter.Accepted,
            GivenUp = letter.GivenUp,
            Alert = withAlert && isAlert ? ApiJson.Element(AlertWriter.ToBytes(alert!)) : null,
        };
    }
}

/// <summary>Dead letters, the oldest first.</summary>
internal sealed record DeadLetterPage
{
    /// <summary>Letters that are kept, of all outputs.</summary>
    public required long Count { get; init; }

    /// <summary>Letters that had to go for newer ones since the start.</summary>
    public required long Displaced { get; init; }

    /// <summary>The number of the newest letter; -1 when there is none.</summary>
    public required long Newest { get; init; }

    /// <summary>The letters of this page.</summary>
    public required IReadOnlyList<DeadLetterView> DeadLetters { get; init; }

    /// <summary>Where the next page begins, as `after`; absent on the last page.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Next { get; init; }
}

/// <summary>What came of a change of several dead letters.</summary>
internal sealed record BulkAnswer
{
    /// <summary>Letters that were sent again or dropped.</summary>
    public required int Done { get; init; }

    /// <summary>Letters that stay: the output did not take them, or one before them.</summary>
    public required int Left { get; init; }

    /// <summary>Outputs that did not take a letter, each with the reason. The rest of their letters was left alone.</summary>
    public required IReadOnlyList<BulkRefusal> Refusals { get; init; }

    /// <summary>Where the rest begins, as `after`; absent when everything was looked at.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Next { get; init; }
}

/// <summary>Why an output's dead letters stay.</summary>
/// <param name="Output">The output.</param>
/// <param name="Detail">A sentence.</param>
internal sealed record BulkRefusal(string Output, string Detail);
