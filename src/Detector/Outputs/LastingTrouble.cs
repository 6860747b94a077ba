namespace Saker.Detector.Outputs;

/// <summary>
/// Something that goes wrong many times: counted each time, told when it begins, then now and then, and when it is over. What comes
/// and goes many times a second is one trouble that lasts.
/// </summary>
internal sealed class LastingTrouble(TimeProvider clock)
{
    /// <summary>Between two reports; and what has not happened for that long is over.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private volatile bool lasts;
    private long sinceBegin;
    private long sinceTold;
    private long toldAt;
    private long lastAt;

    /// <summary>Whether it has happened, and is not over.</summary>
    public bool Lasts => lasts && clock.GetElapsedTime(Interlocked.Read(ref lastAt)) < Interval;

    /// <summary>Once more. True when it is to be told: how often since the last report.</summary>
    public bool Add(out long count)
    {
        lock (gate)
        {
            var now = clock.GetTimestamp();
            Interlocked.Exchange(ref lastAt, now);
            sinceBegin++;
            sinceTold++;
            var tell = !lasts || clock.GetElapsedTime(toldAt, now) >= Interval;
            count = sinceTold;
            lasts = true;
            if (tell)
            {
                toldAt = now;
                sinceTold = 0;
            }

            return tell;
        }
    }

    /// <summary>To be asked when all goes well. True once, when it is over: how often it was. Costs one read when there was no trouble.</summary>
    public bool IsOver(out long count)
    {
        count = 0;
        if (!lasts)
        {
            return false;
        }

        lock (gate)
        {
            if (clock.GetElapsedTime(Interlocked.Read(ref lastAt)) < Interval)
            {
                return false;
            }

            count = sinceBegin;
            (lasts, sinceBegin, sinceTold) = (false, 0, 0);
            return true;
        }
    }
}
