namespace Saker.Router.Log;

/// <summary>
/// Finds the segments at a start. The last one is read through and its end found; the others are believed until they are
/// read, where damage is found and passed over in the same way.
/// </summary>
internal sealed class SegmentRecovery(SegmentStore store, ILogger logger)
{
    /// <summary>The position behind the last intact record.</summary>
    public long Next { get; private set; }

    /// <summary>Accept time of the last intact record.</summary>
    public long LastAccepted { get; private set; }

    /// <summary>Fills the store, and returns the last segment open for writing; null when a new one must begin.</summary>
    /// <exception cref="DataDirectoryException">The files cannot be read, or a newer version wrote them.</exception>
    public (Segment Segment, IDataFile File)? Run()
    {
        try
        {
            long[] firsts = [.. store.Files.List(store.Directory).Where(static name => SegmentFormat.TryParseFileName(name, out _))
                .Select(static name => SegmentFormat.TryParseFileName(name, out var first) ? first : 0).Order()];
            Segment[] segments = [.. firsts.Select(Open).OfType<Segment>()];
            foreach (var segment in segments.SkipLast(1))
            {
                store.Add(segment);
            }

            return segments.Length == 0 ? null : RecoverLast(segments[^1]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DataDirectoryException($"The alert log in {store.Directory} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>A segment as its head says it is; null when the file has its name only, and was moved aside.</summary>
    private Segment? Open(long first)
    {
        var path = Path.Combine(store.Directory, SegmentFormat.FileName(first));
        using var file = store.Files.Open(path, create: false);
        Span<byte> header = stackalloc byte[SegmentFormat.HeaderSize];
        var length = file.Read(header, 0);
        try
        {
            if (SegmentFormat.TryReadHeader(header[..length], out var named, out var accepted))
            {
                if (named != first)
                {
                    MoveAside(path, $"its head says that it begins with position {named}, so it is a copy or was renamed");
                    return null;
                }

                LastAccepted = Math.Max(LastAccepted, accepted);
            }
            else if (length == header.Length)
            {
                if (!HoldsRecord(path, first, file.Length))
                {
                    MoveAside(path, "it has neither a head nor a single intact record of that place");
                    return null;
                }

                LogMessages.HeadDamaged(logger, path);
            }
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }

        return new Segment(first, path, LastAccepted, Math.Max(file.Length, SegmentFormat.HeaderSize));
    }

    private void MoveAside(string path, string reason) => LogMessages.MovedAside(logger, path, reason, store.MoveAside(path));

    private bool HoldsRecord(string path, long first, long length)
    {
        using var scanner = new SegmentScanner(store.Files.Open(path, create: false), new SegmentPlace(first, SegmentFormat.HeaderSize, 0));
        while (scanner.Next(length, out _, out _) is var outcome and not ScanOutcome.End)
        {
            if (outcome == ScanOutcome.Record)
            {
                return true;
            }
        }

        return false;
    }

    private (Segment Segment, IDataFile File)? RecoverLast(Segment last)
    {
        Next = last.First;
        var file = store.Files.Open(last.Path, create: false);
        var length = file.Length;
        if (length < SegmentFormat.HeaderSize)
        {
            // Made and never committed: nothing in it was promised.
            file.Dispose();
            if (length > 0 && !store.TryCopyAside(last.Path, 0, length, out _))
            {
                throw new IOException($"{last.Path} is incomplete and could not be moved aside.");
            }

            store.Files.Delete(last.Path);
            store.Files.SyncDirectory(store.Directory);
            return null;
        }

        var end = Scan(last, length);
        last.Committed = end;
        store.Add(last);
        if (end == length || TryCut(last, file, end, length))
        {
            return (last, file);
        }

        file.Dispose();
        return null;
    }

    private long Scan(Segment last, long length)
    {
        using var scanner = new SegmentScanner(store.Files.Open(last.Path, create: false), last.Find(last.First));
        long end = SegmentFormat.HeaderSize;
        (long From, long To)? damage = null;
        while (scanner.Next(length, out var header, out _) is var outcome and not ScanOutcome.End)
        {
            if (outcome == ScanOutcome.Damage)
            {
                damage = (scanner.StepOffset, scanner.Offset);
                continue;
            }

            if (damage is { } middle)
            {
                store.ReportDamage(last, middle.From, middle.To);
            }

            damage = null;
            last.Note(new SegmentPlace(header.Position, scanner.StepOffset, header.AcceptedNanoseconds));
            Next = header.Position + 1;
            LastAccepted = Math.Max(LastAccepted, header.AcceptedNanoseconds);
            end = scanner.Offset;
        }

        return end;
    }

    private bool TryCut(Segment last, IDataFile file, long end, long length)
    {
        if (!store.TryCopyAside(last.Path, end, length, out var copy))
        {
            return false;
        }

        file.SetLength(end);
        file.Sync();
        LogMessages.TailCut(logger, last.Path, length - end, end, copy);
        return true;
    }
}
