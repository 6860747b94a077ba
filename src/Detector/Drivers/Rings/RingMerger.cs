using Saker.Detector.Capture;

namespace Saker.Detector.Drivers.Rings;

/// <summary>
/// Brings the events of several rings into the order of their times.
/// <para>
/// The earliest head of all rings may be handed out only when no ring can still bring an earlier event. A ring with an event
/// at its head cannot. An empty one can: its writer stamped an event and is about to put it in; that takes no longer than
/// <see cref="InFlight"/>. A busy one can too, and hides what is behind it, until its writer, which cannot be preempted,
/// is done; a virtual CPU that is not running makes that long, so the wait ends after <see cref="LongestHold"/>.
/// </para>
/// </summary>
internal sealed class RingMerger(RingBuffer[] rings)
{
    /// <summary>Nanoseconds that may pass between the stamp of an event and its place in the ring.</summary>
    public const ulong InFlight = 1_000_000;

    /// <summary>Nanoseconds that an unfinished record may hold back the events of other rings.</summary>
    public const ulong LongestHold = 20_000_000;

    /// <summary>Whether the last <see cref="Take"/> left events behind that only have to wait.</summary>
    public bool Holds { get; private set; }

    /// <summary>Looks whether all rings are empty.</summary>
    public bool IsEmpty()
    {
        Refresh();
        foreach (var ring in rings)
        {
            if (ring.Head != RingHead.Empty)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Fills in the next events, as many as are due at <paramref name="now"/> (nanoseconds of the events' clock).</summary>
    /// <remarks>Allocates nothing. <paramref name="now"/> must have been read before the call.</remarks>
    public int Take(Span<RawEvent> into, ulong now)
    {
        Refresh();
        Holds = false;
        var count = 0;
        while (count < into.Length)
        {
            var (first, bound) = Earliest(now);
            if (first is null)
            {
                break;
            }

            if (first.Time > bound)
            {
                Holds = true;
                break;
            }

            into[count++] = first.Event;
            first.Take();
            first.Look();
        }

        return count;
    }

    /// <summary>Looks at the rings that had no event at their head.</summary>
    private void Refresh()
    {
        foreach (var ring in rings)
        {
            if (ring.Head == RingHead.Event)
            {
                continue;
            }

            ring.Refresh();
            ring.Look();
        }
    }

    /// <summary>The ring whose head is the earliest event, and the earliest time that a ring without one can still bring.</summary>
    private (RingBuffer? First, ulong Bound) Earliest(ulong now)
    {
        RingBuffer? first = null;
        var bound = ulong.MaxValue;
        foreach (var ring in rings)
        {
            if (ring.Head == RingHead.Event)
            {
                if (first is null || ring.Time < first.Time)
                {
                    first = ring;
                }
            }
            else
            {
                bound = Math.Min(bound, ring.Head == RingHead.Empty ? now - InFlight : BusyBound(ring, now));
            }
        }

        return (first, bound);
    }

    private static ulong BusyBound(RingBuffer ring, ulong now)
    {
        if (ring.BusySince == 0)
        {
            ring.BusySince = now;
        }

        return now - ring.BusySince > LongestHold ? now - InFlight : ring.BusySince - InFlight;
    }
}
