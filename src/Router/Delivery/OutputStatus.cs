namespace Saker.Router.Delivery;

/// <summary>How an instance stands, for health, API and metrics.</summary>
internal sealed record OutputStatus
{
    /// <summary>The instance's name.</summary>
    public required string Name { get; init; }

    /// <summary>The instance's type.</summary>
    public required string Type { get; init; }

    /// <summary>False while attempts fail.</summary>
    public bool IsHealthy => LastError is null;

    /// <summary>Records of the log that it has not passed yet; what its filter leaves out counts until it is read.</summary>
    public required long Depth { get; init; }

    /// <summary>Age of its oldest undelivered alert since that was accepted; zero when it has none.</summary>
    public required TimeSpan OldestAge { get; init; }

    /// <summary>Why the last attempt failed; null while attempts succeed.</summary>
    public string? LastError { get; init; }

    /// <summary>When it began to fail.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>When its destination began to refuse everything for what is configured; null while it does not.</summary>
    public DateTimeOffset? BlockedSince { get; init; }

    /// <summary>When somebody paused it; null while it is not paused.</summary>
    public DateTimeOffset? PausedSince { get; init; }

    /// <summary>The circuit breaker: Closed, Open, HalfOpen or Isolated.</summary>
    public required string Breaker { get; init; }

    /// <summary>What happened since the start.</summary>
    public required OutputCounters Counters { get; init; }
}
