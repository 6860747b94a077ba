using System.Text.Json;
using System.Text.Json.Serialization;
using Saker.Router.Delivery;

namespace Saker.Router.Api;

/// <summary>How an output stands, in a word. What a person did comes before what happened.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<OutputState>))]
internal enum OutputState : byte
{
    /// <summary>Attempts succeed, or there was none yet.</summary>
    Healthy,

    /// <summary>Attempts fail; they go on.</summary>
    Failing,

    /// <summary>The destination refuses everything for what is configured.</summary>
    Blocked,

    /// <summary>Somebody has it wait.</summary>
    Paused,
}

/// <summary>How an output stands.</summary>
internal sealed record OutputView
{
    /// <summary>The output's name in the configuration.</summary>
    public required string Name { get; init; }

    /// <summary>The output's type.</summary>
    public required string Type { get; init; }

    /// <summary>How it stands: `healthy`, `failing`, `blocked` (the destination refuses everything for what is configured) or `paused`.</summary>
    public required OutputState State { get; init; }

    /// <summary>False while attempts fail.</summary>
    public required bool Healthy { get; init; }

    /// <summary>Records of the log that it has not passed yet; what its filter leaves out counts until it is read.</summary>
    public required long Depth { get; init; }

    /// <summary>Age of its oldest undelivered alert in seconds; 0 when it has none.</summary>
    public required double OldestAgeSeconds { get; init; }

    /// <summary>Why the last attempt failed; null while attempts succeed.</summary>
    public required string? LastError { get; init; }

    /// <summary>When it began to fail.</summary>
    public required DateTimeOffset? FailingSince { get; init; }

    /// <summary>When its destination began to refuse everything for what is configured.</summary>
    public required DateTimeOffset? BlockedSince { get; init; }

    /// <summary>When somebody paused it.</summary>
    public required DateTimeOffset? PausedSince { get; init; }

    /// <summary>The circuit breaker: `Closed`, `Open`, `HalfOpen` or `Isolated`.</summary>
    public required string Breaker { get; init; }

    /// <summary>Attempts since the start.</summary>
    public required long Attempts { get; init; }

    /// <summary>Attempts that repeated an earlier one.</summary>
    public required long Retries { get; init; }

    /// <summary>Alerts delivered since the start.</summary>
    public required long Delivered { get; init; }

    /// <summary>Alerts that went to the dead letters since the start.</summary>
    public required long DeadLetters { get; init; }

    /// <summary>Alerts given up since the start because the output lagged behind its backlog.</summary>
    public required long CutLoose { get; init; }

    /// <summary>Alerts that were gone from the log before they were read.</summary>
    public required long Lost { get; init; }

    public static OutputView Of(OutputStatus status) => new()
    {
        Name = status.Name,
        Type = status.Type,
        State = status.PausedSince is not null ? OutputState.Paused : status.BlockedSince is not null ? OutputState.Blocked : status.IsHealthy ? OutputState.Healthy : OutputState.Failing,
        Healthy = status.IsHealthy,
        Depth = status.Depth,
        OldestAgeSeconds = Math.Round(status.OldestAge.TotalSeconds, 3),
        LastError = status.LastError,
        FailingSince = status.FailingSince,
        BlockedSince = status.BlockedSince,
        PausedSince = status.PausedSince,
        Breaker = JsonNamingPolicy.CamelCase.ConvertName(status.Breaker),
        Attempts = status.Counters.Attempts,
        Retries = status.Counters.Retries,
        Delivered = status.Counters.Delivered,
        DeadLetters = status.Counters.DeadLetters,
        CutLoose = status.Counters.CutLoose,
        Lost = status.Counters.Lost,
    };
}

/// <summary>The outputs that are on.</summary>
internal sealed record OutputList
{
    /// <summary>The outputs in the order of the configuration.</summary>
    public required IReadOnlyList<OutputView> Outputs { get; init; }

    public static OutputList Of(IReadOnlyList<OutputStatus> outputs) => new() { Outputs = [.. outputs.Select(OutputView.Of)] };
}

/// <summary>The answer to <c>/healthz?verbose</c>. Failing outputs do not make the router unhealthy: their alerts are kept.</summary>
internal sealed record HealthView
{
    /// <summary>`ok`, or `unavailable` while alerts cannot be taken.</summary>
    public required string Status { get; init; }

    /// <summary>Why alerts cannot be taken.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>The outputs.</summary>
    public required IReadOnlyList<OutputView> Outputs { get; init; }

    public static HealthView Of(string? fault, IReadOnlyList<OutputStatus> outputs) =>
        new() { Status = fault is null ? "ok" : "unavailable", Reason = fault, Outputs = OutputList.Of(outputs).Outputs };
}

/// <summary>What one output did with a test alert.</summary>
internal sealed record TestResult
{
    /// <summary>The output's name.</summary>
    public required string Name { get; init; }

    /// <summary>The output's type.</summary>
    public required string Type { get; init; }

    /// <summary>`delivered`, `filtered`, `given up`, `failing`, `blocked`, `paused` or `waiting`.</summary>
    public required string Result { get; init; }

    /// <summary>Why it is not delivered.</summary>
    public required string Reason { get; init; }
}

/// <summary>What the outputs did with a test alert.</summary>
internal sealed record TestAnswer
{
    /// <summary>The identity that the alert was given.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Each output with what it did within 10 seconds.</summary>
    public required IReadOnlyList<TestResult> Outputs { get; init; }
}
