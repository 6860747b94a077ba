namespace Saker.Router.Log;

/// <summary>Reads from the tail while it keeps up, and from the segments while it lags.</summary>
internal sealed class SegmentLogReader(SegmentStore store, LogTail tail, long position) : IAlertLogReader
{
    private Segment? segment;
    private SegmentScanner? scanner;

    public long Position { get; private set; } = position;

    public long Lost { get; private set; }

    public bool IsBehind => Position < tail.First;

    public bool TryRead(out LogRecord? record)
    {
        // Everything below this is committed, so that a segment that ends before it has lost the rest.
        var next = tail.Next;
        if (tail.TryGet(Position, out record))
        {
            CloseSegment();
            Position++;
            return true;
        }

        return Position < next && TryReadSegment(next, out record);
    }

    public ValueTask WaitAsync(CancellationToken cancellationToken) => tail.WaitAsync(Position, cancellationToken);

    public void Seek(long position)
    {
        CloseSegment();
        Position = position;
    }

    public void Dispose() => CloseSegment();

    private bool TryReadSegment(long next, out LogRecord? record)
    {
        record = null;
        while (true)
        {
            if (scanner is null && !OpenSegment(next))
            {
                return false;
            }

            switch (scanner!.Next(segment!.Committed, out var header, out var payload))
            {
                case ScanOutcome.Damage:
                    store.ReportDamage(segment, scanner.StepOffset, scanner.Offset);
                    continue;
                case ScanOutcome.End:
                    if (!GoToNextSegment(next))
                    {
                        return false;
                    }

                    continue;
            }

            segment.Note(new SegmentPlace(header.Position, scanner.StepOffset, header.AcceptedNanoseconds));
            if (header.Position < Position)
            {
                continue;
            }

            if (store.After(segment) is { } following && header.Position >= following.First)
            {
                // Left behind by a write that failed; its number was given again in the segment that follows.
                CloseSegment();
                Skip(following.First);
                continue;
            }

            Skip(header.Position);
            Position++;
            record = new LogRecord(header.Position, header.AcceptedNanoseconds, payload.ToArray());
            return true;
        }
    }

    private bool OpenSegment(long next)
    {
        while (store.Find(Position) is { } found)
        {
            if (Position < found.First)
            {
                Skip(found.First);
            }

            try
            {
                scanner = new SegmentScanner(store.Files.Open(found.Path, create: false), found.Find(Position));
                segment = found;
                return true;
            }
            catch (FileNotFoundException)
            {
                // Released a moment ago, or removed behind our back: what follows is read, the rest counts as lost.
                if (store.After(found) is not { } following)
                {
                    break;
                }

                Skip(following.First);
            }
        }

        Skip(next);
        return false;
    }

    private bool GoToNextSegment(long next)
    {
        var following = store.After(segment!);
        if (following is null && scanner!.Offset < segment!.Committed)
        {
            return true;
        }

        CloseSegment();
        Skip(following?.First ?? next);
        return following is not null;
    }

    private void Skip(long to)
    {
        if (to <= Position)
        {
            return;
        }

        Lost += to - Position;
        Position = to;
    }

    private void CloseSegment()
    {
        scanner?.Dispose();
        scanner = null;
        segment = null;
    }
}
