namespace Saker.Router.Delivery;

/// <summary>
/// Whether an instance gets through, and since when. Says so once when it stops and once when it is back; whatever it does, it begins
/// to speak at most once a minute, so that a destination that takes every other alert fills no log.
/// </summary>
internal sealed class OutputHealth(string output, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan RepeatInterval = TimeSpan.FromMinutes(1);
    private readonly Lock gate = new();
    private string? reason;
    private string? said;
    private long failures;
    private long? saidAt;
    private DateTimeOffset? failingSince;
    private long? deadLetterSaidAt;

    /// <summary>Why the last attempt failed; null while attempts succeed.</summary>
    public string? LastError
    {
        get
        {
            lock (gate)
            {
                return reason;
            }
        }
    }

    /// <summary>When it began to fail.</summary>
    public DateTimeOffset? FailingSince
    {
        get
        {
            lock (gate)
            {
                return failingSince;
            }
        }
    }

    /// <summary>An attempt failed; <paramref name="isBlocked"/>: for what is configured.</summary>
    public void Failed(string why, bool isBlocked = false)
    {
        lock (gate)
        {
            failures++;
            if (reason is null)
            {
                failingSince = clock.GetUtcNow();
            }

            reason = why;
            if (said == why || !IsDue(ref saidAt))
            {
                return;
            }

            if (isBlocked)
            {
                DeliveryMessages.Blocked(logger, output, why);
            }
            else if (said is null)
            {
                DeliveryMessages.Failing(logger, output, why);
            }
            else
            {
                DeliveryMessages.FailingOtherwise(logger, output, failures, why);
            }

            said = why;
        }
    }

    /// <summary>Says that an alert was given up, at most once a minute: a destination that refuses everything fills no log.</summary>
    public void DeadLettered(PendingAlert alert, long count)
    {
        lock (gate)
        {
            if (!IsDue(ref deadLetterSaidAt))
            {
                return;
            }
        }

        DeliveryMessages.DeadLettered(logger, output, count, alert.Alert.Uuid, alert.State, alert.Reason);
    }

    public void Succeeded()
    {
        if (Volatile.Read(ref reason) is null)
        {
            return;
        }

        lock (gate)
        {
            if (reason is null)
            {
                return;
            }

            reason = null;
            failingSince = null;
            if (said is null)
            {
                return;
            }

            DeliveryMessages.DeliversAgain(logger, output, failures);
            said = null;
            failures = 0;
        }
    }

    // By the time that passes, not by the wall clock: one that goes back must not silence an output.
    private bool IsDue(ref long? at)
    {
        if (at is { } last && clock.GetElapsedTime(last) < RepeatInterval)
        {
            return false;
        }

        at = clock.GetTimestamp();
        return true;
    }
}
