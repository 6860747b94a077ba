namespace Saker.Router.Log;

/// <summary>A place in a segment: the record with <paramref name="Position"/> begins at <paramref name="Offset"/>.</summary>
internal readonly record struct SegmentPlace(long Position, long Offset, long AcceptedNanoseconds);

/// <summary>One file of the log: consecutive positions from <see cref="First"/> on, and a sparse index that grows as it is written or read.</summary>
internal sealed class Segment(long first, string path, long acceptedBefore, long committed)
{
    /// <summary>Bytes between two entries of the index: what a reader that starts anywhere has to skip at most.</summary>
    private const long IndexStep = 64 << 10;

    private readonly Lock gate = new();
    private readonly List<SegmentPlace> index = [new(first, SegmentFormat.HeaderSize, acceptedBefore)];
    private long committed = committed;

    public long First { get; } = first;

    public string Path { get; } = path;

    /// <summary>Accept time of the last record before this segment.</summary>
    public long AcceptedBefore { get; } = acceptedBefore;

    /// <summary>Bytes that may be read.</summary>
    public long Committed
    {
        get => Volatile.Read(ref committed);
        set => Volatile.Write(ref committed, value);
    }

    /// <summary>Notes where a record begins, if the index has nothing near. Places must come in order of the file.</summary>
    public void Note(SegmentPlace place)
    {
        lock (gate)
        {
            if (place.Offset - index[^1].Offset >= IndexStep)
            {
                index.Add(place);
            }
        }
    }

    /// <summary>The last known place at or before <paramref name="position"/>.</summary>
    public SegmentPlace Find(long position)
    {
        lock (gate)
        {
            var low = 0;
            for (var high = index.Count - 1; low < high;)
            {
                var middle = (low + high + 1) / 2;
                if (index[middle].Position <= position)
                {
                    low = middle;
                }
                else
                {
                    high = middle - 1;
                }
            }

            return index[low];
        }
    }

    /// <summary>The last known position whose record was accepted before <paramref name="nanoseconds"/>.</summary>
    public long FindByTime(long nanoseconds)
    {
        lock (gate)
        {
            var at = index.FindLastIndex(place => place.AcceptedNanoseconds < nanoseconds);
            return index[Math.Max(at, 0)].Position;
        }
    }

    /// <summary>The first known position that begins at or behind <paramref name="offset"/>; null when none is known.</summary>
    public long? FindByOffset(long offset)
    {
        lock (gate)
        {
            var at = index.FindIndex(place => place.Offset >= offset);
            return at < 0 ? null : index[at].Position;
        }
    }
}
