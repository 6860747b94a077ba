namespace Saker.Router.Log;

/// <summary>A jump of the wall clock: where the time of the alerts stood, and where it went on.</summary>
/// <param name="FromNanoseconds">The time before.</param>
/// <param name="ToNanoseconds">The time after; the same when the wall clock went back, because this time does not.</param>
/// <param name="By">By how much the wall clock jumped; negative when it went back.</param>
internal readonly record struct ClockJump(long FromNanoseconds, long ToNanoseconds, TimeSpan By);

/// <summary>
/// The time that accept times and ages are measured in: the wall clock's, except that it never goes back, also not across a restart.
/// When the wall clock goes back, this one goes on at half speed until it has been caught up with. When the wall clock jumps ahead
/// (its battery was flat, the machine slept), this one follows, but the stretch that nobody lived through makes no alert older.
/// </summary>
internal sealed class AcceptClock(TimeProvider clock)
{
    // What daemons that keep the time correct by slewing stays far below it; a delay between two readings does not count.
    private static readonly long Tolerance = UnixTime.ToNanoseconds(TimeSpan.FromSeconds(5));
    private const int MaxGaps = 64;

    private readonly Lock gate = new();
    private readonly List<ClockJump> gaps = [];
    private long readAt = clock.GetTimestamp();
    private long wall = UnixTime.ToNanoseconds(clock.GetUtcNow());
    private long now = UnixTime.ToNanoseconds(clock.GetUtcNow());
    private ClockJump? jump;

    /// <summary>Now, in nanoseconds since 1970. Allocates nothing: it is asked for with every group.</summary>
    public long Now
    {
        get
        {
            lock (gate)
            {
                Advance();
                return now;
            }
        }
    }

    /// <summary>Goes on behind what an earlier run has given out.</summary>
    public void StartAt(long nanoseconds)
    {
        lock (gate)
        {
            now = Math.Max(now, nanoseconds);
        }
    }

    /// <summary>What was accepted at this time or before is at least <paramref name="age"/> old.</summary>
    public long Before(TimeSpan age)
    {
        lock (gate)
        {
            Advance();
            var left = UnixTime.ToNanoseconds(age);
            var from = now;
            for (var i = gaps.Count - 1; i >= 0 && from - gaps[i].ToNanoseconds < left; i--)
            {
                left -= from - gaps[i].ToNanoseconds;
                from = gaps[i].FromNanoseconds;
            }

            return from - left;
        }
    }

    /// <summary>How long ago something was accepted, without the time that the clock jumped over.</summary>
    public TimeSpan AgeOf(long nanoseconds)
    {
        lock (gate)
        {
            Advance();
            var age = now - nanoseconds;
            for (var i = gaps.Count - 1; i >= 0 && gaps[i].ToNanoseconds > nanoseconds; i--)
            {
                age -= gaps[i].ToNanoseconds - Math.Max(gaps[i].FromNanoseconds, nanoseconds);
            }

            return UnixTime.ToTimeSpan(Math.Max(age, 0));
        }
    }

    /// <summary>The last jump since the last call; null when there was none.</summary>
    public ClockJump? TakeJump()
    {
        lock (gate)
        {
            Advance();
            var taken = jump;
            jump = null;
            return taken;
        }
    }

    private void Advance()
    {
        var timestamp = clock.GetTimestamp();
        var lived = UnixTime.ToNanoseconds(clock.GetElapsedTime(readAt, timestamp));
        var present = UnixTime.ToNanoseconds(clock.GetUtcNow());
        var jumped = present - wall - lived;
        (readAt, wall) = (timestamp, present);
        var from = now + lived;
        if (present >= from)
        {
            if (jumped > Tolerance && present - from > Tolerance)
            {
                AddGap(new ClockJump(from, present, UnixTime.ToTimeSpan(jumped)));
            }

            now = present;
            return;
        }

        now = Math.Max(now + lived / 2, present);
        if (jumped < -Tolerance)
        {
            jump = new ClockJump(now, now, UnixTime.ToTimeSpan(jumped));
        }
    }

    private void AddGap(ClockJump gap)
    {
        jump = gap;

        // A clock that jumps this often is broken; of its oldest jumps nothing is left to tell but that they made alerts older.
        if (gaps.Count == MaxGaps)
        {
            gaps.RemoveAt(0);
        }

        gaps.Add(gap);
    }
}
