namespace Saker.Router.Delivery;

/// <summary>Whether an instance gets through, and since when. Says so once when it stops, at most once a minute when it fails otherwise, and once when it is back.</summary>
internal sealed class OutputHealth(string output, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan RepeatInterval = TimeSpan.FromMinutes(1);
    private readonly Lock gate = new();
    private string? reason;
    private long failures;
    private DateTimeOffset saidAt;
    private DateTimeOffset? failingSince;
    private DateTimeOffset deadLetterSaidAt;

    /// <summary>Why the last attempt failed; null while attempts succeed.</summary>
    public string? LastError
    {
        get
        {
            lock (gate)
                return reason;
        }
    }

    /// <summary>When it began to fail.</summary>
    public DateTimeOffset? FailingSince
    {
        get
        {
            lock (gate)
                return failingSince;
        }
    }

    public void Failed(string why)
    {
        lock (gate)
        {
            failures++;
            var now = clock.GetUtcNow();
            if (reason is null)
            {
                failingSince = saidAt = now;
                DeliveryMessages.Failing(logger, output, why);
            }
            else if (reason != why && now - saidAt >= RepeatInterval)
            {
                saidAt = now;
                DeliveryMessages.FailingOtherwise(logger, output, failures, why);
            }

            reason = why;
        }
    }

    /// <summary>Says that an alert was given up, at most once a minute: a destination that refuses everything fills no log.</summary>
    public void DeadLettered(PendingAlert alert, long count)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (now - deadLetterSaidAt < RepeatInterval)
                return;
            deadLetterSaidAt = now;
        }

        DeliveryMessages.DeadLettered(logger, output, count, alert.Alert.Uuid, alert.State, alert.Reason);
    }

    public void Succeeded()
    {
        if (Volatile.Read(ref reason) is null)
            return;
        lock (gate)
        {
            if (reason is null)
                return;
            DeliveryMessages.DeliversAgain(logger, output, failures);
            reason = null;
            failures = 0;
            failingSince = null;
        }
    }
}
