namespace Saker.Detector.Telemetry;

/// <summary>The last time that configuration and rules were read again.</summary>
/// <param name="At">When.</param>
/// <param name="Cause">Why: <c>asked by a signal</c>.</param>
/// <param name="Faults">What is wrong, a sentence each; none when what was read is in use.</param>
internal sealed record ReloadAttempt(DateTimeOffset At, string Cause, IReadOnlyList<string> Faults);

/// <summary>What became of reading configuration and rules again, at one moment.</summary>
/// <param name="Applied">How often what was read came into use.</param>
/// <param name="Refused">How often it did not.</param>
/// <param name="LastSuccess">When what is in use was read; at first the start.</param>
/// <param name="Last">The last time; null when there was none.</param>
internal sealed record ReloadState(long Applied, long Refused, DateTimeOffset LastSuccess, ReloadAttempt? Last)
{
    /// <summary>Whether what is in use is what was read last.</summary>
    public bool IsCurrent => Last is null or { Faults.Count: 0 };
}

/// <summary>Keeps what became of reading configuration and rules again. For any thread.</summary>
internal sealed class ReloadRecord(TimeProvider clock)
{
    private readonly Lock gate = new();
    private volatile ReloadState state = new(0, 0, clock.GetUtcNow(), null);
    private DateTimeOffset readAt = clock.GetUtcNow();
    private string cause = "";

    /// <summary>What became of it so far.</summary>
    public ReloadState State => state;

    /// <summary>They are read again.</summary>
    /// <param name="why">Why.</param>
    public void Begins(string why)
    {
        lock (gate)
        {
            (readAt, cause) = (clock.GetUtcNow(), why);
        }
    }

    /// <summary>What was read is in use.</summary>
    public void IsInUse()
    {
        lock (gate)
        {
            state = new ReloadState(state.Applied + 1, state.Refused, readAt, new ReloadAttempt(readAt, cause, []));
        }
    }

    /// <summary>What was read cannot be used.</summary>
    /// <param name="faults">Why, a sentence each.</param>
    public void IsRefused(IReadOnlyList<string> faults)
    {
        lock (gate)
        {
            state = state with { Refused = state.Refused + 1, Last = new ReloadAttempt(readAt, cause, faults.Count > 0 ? faults : ["No reason was given."]) };
        }
    }
}
