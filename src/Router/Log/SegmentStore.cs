using System.Globalization;

namespace Saker.Router.Log;

/// <summary>The segments of the log: which there are, which holds a position, and what is damaged in them.</summary>
internal sealed class SegmentStore(IDataFiles files, string directory, ILogger logger)
{
    private const int CopyBytes = 256 << 10;
    private readonly Lock gate = new();
    private readonly HashSet<(string Path, long From)> reported = [];
    private Segment[] segments = [];
    private long damaged;

    public IDataFiles Files => files;

    public string Directory => directory;

    /// <summary>In order; the last is the one that is written.</summary>
    public IReadOnlyList<Segment> All => Volatile.Read(ref segments);

    /// <summary>Damaged stretches seen since the start.</summary>
    public long Damaged => Volatile.Read(ref damaged);

    private string DamagedDirectory => Path.Combine(directory, "damaged");

    public void Add(Segment segment)
    {
        lock (gate)
        {
            segments = [.. segments, segment];
        }
    }

    public void Remove(Segment segment)
    {
        lock (gate)
        {
            segments = [.. segments.Where(other => other != segment)];
        }
    }

    /// <summary>The segment that holds or held <paramref name="position"/>, or the first one after it; null when there is none.</summary>
    public Segment? Find(long position)
    {
        var all = Volatile.Read(ref segments);
        var at = Array.FindLastIndex(all, segment => segment.First <= position);
        return all.Length == 0 ? null : all[Math.Max(at, 0)];
    }

    /// <summary>The segment that follows <paramref name="segment"/>.</summary>
    public Segment? After(Segment segment)
    {
        // A lagging reader asks per record; a loop backwards from the end allocates nothing.
        Segment? following = null;
        var all = Volatile.Read(ref segments);
        for (var i = all.Length - 1; i >= 0 && all[i].First > segment.First; i--)
        {
            following = all[i];
        }

        return following;
    }

    /// <summary>Deletes whole segments below <paramref name="position"/> that are older than <paramref name="acceptedBefore"/>, or while there are more bytes than <paramref name="bytes"/>.</summary>
    public void Release(long position, long acceptedBefore, long bytes)
    {
        var any = false;
        for (var all = segments; all.Length > 1 && all[1].First <= position; all = segments)
        {
            if (all[1].AcceptedBefore >= acceptedBefore && all.Sum(static segment => segment.Committed) <= bytes)
            {
                break;
            }

            Remove(all[0]);
            any = true;
            try
            {
                files.Delete(all[0].Path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It comes back at the next start and is released again then.
                LogMessages.NotDeleted(logger, all[0].Path, exception.Message);
                break;
            }
        }

        if (any)
        {
            files.SyncDirectory(directory);
        }
    }

    /// <summary>Says once that a stretch is damaged, and keeps a copy of it.</summary>
    public void ReportDamage(Segment segment, long from, long to)
    {
        lock (gate)
        {
            if (!reported.Add((segment.Path, from)))
            {
                return;
            }

            damaged++;
        }

        if (TryCopyAside(segment.Path, from, to, out var copy))
        {
            LogMessages.Damaged(logger, segment.Path, from, to, copy);
        }
    }

    /// <summary>Moves a whole file aside that is no segment of this log.</summary>
    /// <exception cref="IOException">Or <see cref="UnauthorizedAccessException"/>: it is where it was.</exception>
    public string MoveAside(string path)
    {
        files.CreateDirectory(DamagedDirectory);
        var taken = files.List(DamagedDirectory);
        var name = Path.GetFileName(path);
        for (var i = 1; taken.Contains(name); i++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)}.{i}");
        }

        var target = Path.Combine(DamagedDirectory, name);
        files.Replace(path, target);
        files.SyncDirectory(DamagedDirectory);
        files.SyncDirectory(directory);
        return target;
    }

    /// <summary>Copies bytes of a segment to a file of their own, so that nothing is cut or passed over unseen.</summary>
    public bool TryCopyAside(string path, long from, long to, out string copy)
    {
        copy = Path.Combine(DamagedDirectory, string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(path)}-{from:x}.bin"));
        try
        {
            files.CreateDirectory(DamagedDirectory);
            if (files.List(DamagedDirectory).Contains(Path.GetFileName(copy)))
            {
                return true; // Seen and kept by an earlier start.
            }

            using var source = files.Open(path, create: false);
            using var target = files.Open(copy, create: true);
            var buffer = new byte[Math.Min(CopyBytes, to - from)];
            for (var at = from; at < to;)
            {
                var read = source.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, to - at)), at);
                if (read == 0)
                {
                    break;
                }

                target.Write(buffer.AsSpan(0, read), at - from);
                at += read;
            }

            target.Sync();
            files.SyncDirectory(DamagedDirectory);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogMessages.NotCopied(logger, path, from, to, exception.Message);
            return false;
        }
    }
}
