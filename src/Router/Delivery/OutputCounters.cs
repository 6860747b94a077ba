using System.Diagnostics.Metrics;

namespace Saker.Router.Delivery;

/// <summary>Counts what happens to an instance: for its status, and for whoever listens to the meter. The one place that counts deliveries.</summary>
internal sealed class OutputCounters(string output)
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Saker.Router.Delivery";

    /// <summary>The instrument that measures the time from acceptance to delivery.</summary>
    public const string DeliveryTimeName = "saker.delivery.duration";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> AttemptsCounter = Meter.CreateCounter<long>("saker.delivery.attempts", "{attempt}", "Attempts, by output and outcome.");
    private static readonly Counter<long> AlertsCounter = Meter.CreateCounter<long>("saker.delivery.alerts", "{alert}", "Alerts that were settled, by output and outcome.");
    private static readonly Histogram<double> AttemptTime = Meter.CreateHistogram<double>("saker.delivery.attempt.duration", "s", "Time of an attempt, by output.");
    private static readonly Histogram<double> DeliveryTime = Meter.CreateHistogram<double>(DeliveryTimeName, "s", "Time from acceptance to delivery, by output.");

    private long attempts;
    private long failedAttempts;
    private long retries;
    private long delivered;
    private long skipped;
    private long deadLetters;
    private long cutLoose;
    private long lost;

    /// <summary>Attempts made.</summary>
    public long Attempts => Volatile.Read(ref attempts);

    /// <summary>Attempts after which something was to be tried again or was refused.</summary>
    public long FailedAttempts => Volatile.Read(ref failedAttempts);

    /// <summary>Attempts that repeated an earlier one.</summary>
    public long Retries => Volatile.Read(ref retries);

    /// <summary>Alerts delivered.</summary>
    public long Delivered => Volatile.Read(ref delivered);

    /// <summary>Alerts for which the output had nothing to send.</summary>
    public long Skipped => Volatile.Read(ref skipped);

    /// <summary>Alerts that went to the dead letters.</summary>
    public long DeadLetters => Volatile.Read(ref deadLetters);

    /// <summary>Alerts given up for the backlog budget.</summary>
    public long CutLoose => Volatile.Read(ref cutLoose);

    /// <summary>Alerts that were gone from the log before they were read.</summary>
    public long Lost => Volatile.Read(ref lost);

    public void CountAttempt(bool succeeded, bool repeated, TimeSpan duration)
    {
        Interlocked.Increment(ref attempts);
        if (!succeeded)
        {
            Interlocked.Increment(ref failedAttempts);
        }

        if (repeated)
        {
            Interlocked.Increment(ref retries);
        }

        AttemptsCounter.Add(1, new("output", output), new("outcome", succeeded ? "ok" : "error"));
        AttemptTime.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("output", output));
    }

    /// <summary>Counts a delivered alert that was accepted <paramref name="age"/> ago.</summary>
    public void CountDelivered(TimeSpan age)
    {
        Count(ref delivered, 1, "delivered");
        DeliveryTime.Record(age.TotalSeconds, new KeyValuePair<string, object?>("output", output));
    }

    public void CountSkipped() => Count(ref skipped, 1, "skipped");

    public void CountDeadLetter() => Count(ref deadLetters, 1, "dead_letter");

    public void CountCutLoose(long count) => Count(ref cutLoose, count, "cut_loose");

    public void CountLost(long count) => Count(ref lost, count, "lost");

    private void Count(ref long counter, long count, string outcome)
    {
        Interlocked.Add(ref counter, count);
        AlertsCounter.Add(count, new("output", output), new("outcome", outcome));
    }
}
