namespace Saker.Router.Delivery;

/// <summary>
/// An instance's position as it is saved: everything below <paramref name="Low"/> is done, and so is everything below
/// <paramref name="Read"/> that is not listed as open.
/// </summary>
/// <param name="Name">The instance's name.</param>
/// <param name="Type">The instance's type.</param>
/// <param name="Low">The low water.</param>
/// <param name="Read">The position behind the last one that was looked at.</param>
/// <param name="Open">Positions from low water on that were looked at and are not done, ascending.</param>
/// <param name="OrphanedAt">When the instance was first found missing from the configuration, in nanoseconds since 1970; 0 while it is there.</param>
/// <param name="PausedAt">When the instance was paused, in nanoseconds since 1970; 0 while it is not. It goes with the position: what is gone from the configuration stays paused as long as its position is kept.</param>
internal sealed record CursorPosition(string Name, string Type, long Low, long Read, IReadOnlyList<long> Open, long OrphanedAt = 0, long PausedAt = 0);

/// <summary>
/// The position of one instance in the log: a low water, and what lies open above it. The number of alerts between the
/// low water and the reading position that were handed out is bounded; at the bound the instance stops reading ahead.
/// </summary>
internal sealed class Cursor
{
    /// <summary>Alerts handed out above the low water at most.</summary>
    public const int MaxAhead = 4096;

    private readonly Lock gate = new();
    private readonly Queue<PendingAlert> ahead = new();
    private readonly HashSet<long> openBefore;
    private readonly long readBefore;
    private readonly string name;
    private readonly string type;
    private long read;
    private long cut;
    private long version;

    public Cursor(CursorPosition start)
    {
        (name, type) = (start.Name, start.Type);
        read = start.Low;
        readBefore = start.Read;
        openBefore = [.. start.Open];
    }

    /// <summary>Grows with every change, so that an unchanged cursor is not saved again.</summary>
    public long Version => Volatile.Read(ref version);

    /// <summary>Everything below is done.</summary>
    public long Low
    {
        get
        {
            lock (gate)
            {
                return Math.Max(LowUnlocked, cut);
            }
        }
    }

    public bool IsFull
    {
        get
        {
            lock (gate)
            {
                return ahead.Count >= MaxAhead;
            }
        }
    }

    /// <summary>Alerts handed out and not done.</summary>
    public int Ahead
    {
        get
        {
            lock (gate)
            {
                return ahead.Count;
            }
        }
    }

    /// <summary>The position behind the last one that was looked at.</summary>
    public long Read
    {
        get
        {
            lock (gate)
            {
                return read;
            }
        }
    }

    /// <summary>Positions below are given up.</summary>
    public long Cut => Volatile.Read(ref cut);

    private long LowUnlocked => ahead.TryPeek(out var oldest) ? oldest.Record.Position : read;

    /// <summary>Accept time of the oldest alert that was handed out and is not done; null when there is none.</summary>
    public long? OldestAccepted
    {
        get
        {
            lock (gate)
            {
                return ahead.TryPeek(out var oldest) ? oldest.Record.AcceptedNanoseconds : null;
            }
        }
    }

    /// <summary>True when a saved position says that this one was already done before the restart.</summary>
    public bool WasDone(long position) => position < readBefore && !openBefore.Contains(position);

    /// <summary>Takes up an alert to deliver.</summary>
    public void Take(PendingAlert alert)
    {
        lock (gate)
        {
            ahead.Enqueue(alert);
            read = alert.Record.Position + 1;
            version++;
        }
    }

    /// <summary>Says that everything below is looked at: what the filter left out, or what is gone.</summary>
    public void PassTo(long position)
    {
        lock (gate)
        {
            if (position <= read)
            {
                return;
            }

            read = position;
            version++;
        }
    }

    /// <summary>Lets the low water pass an alert.</summary>
    public void Done(PendingAlert alert)
    {
        lock (gate)
        {
            alert.IsDone = true;
            while (ahead.TryPeek(out var oldest) && oldest.IsDone)
            {
                ahead.Dequeue();
            }

            version++;
        }
    }

    /// <summary>Gives up what lies below <paramref name="position"/>; returns how many positions that are.</summary>
    public long CutLoose(long position)
    {
        lock (gate)
        {
            var from = Math.Max(LowUnlocked, cut);
            if (position <= from)
            {
                return 0;
            }

            var done = 0;
            foreach (var alert in ahead)
            {
                done += alert.IsDone && alert.Record.Position < position ? 1 : 0;
            }

            Volatile.Write(ref cut, position);
            version++;
            return position - from - done;
        }
    }

    public CursorPosition Save()
    {
        lock (gate)
        {
            var low = Math.Max(LowUnlocked, cut);
            var open = new List<long>();
            foreach (var alert in ahead)
            {
                if (!alert.IsDone && alert.Record.Position >= low)
                {
                    open.Add(alert.Record.Position);
                }
            }

            // What an earlier run had done beyond this run's reading stays done.
            foreach (var position in openBefore)
            {
                if (position >= Math.Max(read, low))
                {
                    open.Add(position);
                }
            }

            open.Sort();
            return new CursorPosition(name, type, low, Math.Max(low, Math.Max(read, readBefore)), open);
        }
    }
}
