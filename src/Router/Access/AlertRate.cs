namespace Saker.Router.Access;

/// <summary>
/// Alerts that may come: a number at once, and so many a second from then on. Whoever has one left may send a batch of any size and pays
/// for it afterwards, so that no batch is too large for ever.
/// </summary>
internal sealed class AlertRate
{
    private const double DefaultBurstSeconds = 10;

    private readonly Lock gate = new();
    private readonly double perSecond;
    private readonly double burst;
    private readonly TimeProvider clock;
    private double left;
    private long at;

    /// <summary>A rate of which nothing is used up.</summary>
    /// <param name="perSecond">Alerts a second in the long run; more than 0.</param>
    /// <param name="burst">Alerts at once; at least 1.</param>
    /// <param name="clock">The clock.</param>
    public AlertRate(double perSecond, double burst, TimeProvider clock)
    {
        (this.perSecond, this.burst, this.clock) = (perSecond, burst, clock);
        (left, at) = (burst, clock.GetTimestamp());
    }

    /// <summary>A rate as it is configured; null for none. Without a burst it is that of ten seconds.</summary>
    public static AlertRate? Of(double perSecond, int burst, TimeProvider clock) =>
        perSecond > 0 ? new AlertRate(perSecond, Math.Max(1, burst > 0 ? burst : perSecond * DefaultBurstSeconds), clock) : null;

    /// <summary>Takes alerts; null when they may come, else how long to wait.</summary>
    public TimeSpan? Take(int count)
    {
        lock (gate)
        {
            left = Math.Min(burst, left + (clock.GetElapsedTime(at).TotalSeconds * perSecond));
            at = clock.GetTimestamp();
            if (left < 1)
            {
                return TimeSpan.FromSeconds((1 - left) / perSecond);
            }

            left -= count;
            return null;
        }
    }
}
