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
                .Select(static name => SegmentFormat.TryParseFileName(name, out long first) ? first : 0).Order()];
            for (int i = 0; i < firsts.Length - 1; i++)
                store.Add(Open(firsts[i]));
            return firsts.Length == 0 ? null : RecoverLast(Open(firsts[^1]));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DataDirectoryException($"The alert log in {store.Directory} cannot be read: {exception.Message}", exception);
        }
    }

    private Segment Open(long first)
    {
        string path = Path.Combine(store.Directory, SegmentFormat.FileName(first));
        using var file = store.Files.Open(path, create: false);
        Span<byte> header = stackalloc byte[SegmentFormat.HeaderSize];
        int length = file.Read(header, 0);
        try
        {
            bool good = SegmentFormat.TryReadHeader(header[..length], out long named, out long accepted) && named == first;
            if (good)
                LastAccepted = Math.Max(LastAccepted, accepted);
            else if (length == header.Length)
                LogMessages.HeadDamaged(logger, path);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }

        return new Segment(first, path, LastAccepted, Math.Max(file.Length, SegmentFormat.HeaderSize));
    }

    private (Segment Segment, IDataFile File)? RecoverLast(Segment last)
    {
        Next = last.First;
        var file = store.Files.Open(last.Path, create: false);
        long length = file.Length;
        if (length < SegmentFormat.HeaderSize)
        {
            // Made and never committed: nothing in it was promised.
            file.Dispose();
            if (length > 0 && !store.TryCopyAside(last.Path, 0, length, out _))
                throw new IOException($"{last.Path} is incomplete and could not be moved aside.");
            store.Files.Delete(last.Path);
            store.Files.SyncDirectory(store.Directory);
            return null;
        }

        long end = Scan(last, length);
        last.Committed = end;
        store.Add(last);
        if (end == length || TryCut(last, file, end, length))
            return (last, file);
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
                store.ReportDamage(last, middle.From, middle.To);
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
        if (!store.TryCopyAside(last.Path, end, length, out string copy))
            return false;
        file.SetLength(end);
        file.Sync();
        LogMessages.TailCut(logger, last.Path, length - end, end, copy);
        return true;
    }
}
