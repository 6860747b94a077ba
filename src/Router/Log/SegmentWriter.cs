namespace Saker.Router.Log;

/// <summary>
/// Writes groups of records to the newest segment, with one sync per group. After a failure nothing of the group counts: the file is
/// given up at the last commit and the next group begins a new one, because after a failed sync nobody knows what of the
/// old file's cached pages ever reached the disk.
/// </summary>
internal sealed class SegmentWriter(SegmentStore store, SegmentLogOptions options) : IDisposable
{
    /// <summary>Bytes that are collected before one write call.</summary>
    private const int ChunkBytes = 1 << 20;

    private byte[] buffer = new byte[64 << 10];
    private IDataFile? file;
    private Segment? segment;
    private long offset;
    private long acceptedBefore;
    private bool isNew;

    /// <summary>Goes on with a segment that is there.</summary>
    public void Continue(Segment last, IDataFile opened, long accepted)
    {
        segment = last;
        file = opened;
        offset = last.Committed;
        acceptedBefore = accepted;
    }

    /// <summary>Has the next group begin a new segment.</summary>
    public void StartNew(long accepted)
    {
        Close();
        acceptedBefore = accepted;
    }

    /// <summary>Writes a group and makes it durable as configured. Allocates nothing per record.</summary>
    /// <exception cref="IOException">Or <see cref="UnauthorizedAccessException"/>: nothing of the group counts.</exception>
    public void Write(IReadOnlyList<LogRecord> group)
    {
        try
        {
            if (file is null || offset >= options.SegmentBytes)
            {
                Create(group[0].Position);
            }

            var filled = 0;
            var at = offset;
            for (var i = 0; i < group.Count; i++)
            {
                var record = group[i];
                var payload = record.Payload.Span;
                var size = RecordFormat.SizeOf(payload.Length);
                if (filled > 0 && filled + size > ChunkBytes)
                {
                    Flush(ref filled, ref at);
                }

                Reserve(filled, size);
                RecordFormat.Write(buffer.AsSpan(filled), new RecordHeader(RecordKind.Alert, payload.Length, record.Position, record.AcceptedNanoseconds), payload);
                filled += size;
            }

            Flush(ref filled, ref at);
            if (options.Durability == Durability.Fsync)
            {
                file!.Sync();
            }

            Commit(group, at);
        }
        catch
        {
            Abandon();
            throw;
        }
    }

    public void Dispose() => Close();

    private void Create(long position)
    {
        Close();
        var name = SegmentFormat.FileName(position);
        var path = Path.Combine(store.Directory, name);

        // A group that failed may have left a file of this name that could not be deleted. No record in it was ever promised.
        if (store.Files.List(store.Directory).Contains(name))
        {
            store.Files.Delete(path);
        }

        file = store.Files.Open(path, create: true);
        segment = new Segment(position, path, acceptedBefore, SegmentFormat.HeaderSize);
        isNew = true;
        Span<byte> header = stackalloc byte[SegmentFormat.HeaderSize];
        SegmentFormat.WriteHeader(header, position, acceptedBefore);
        file.Write(header, 0);
        offset = header.Length;
    }

    private void Commit(IReadOnlyList<LogRecord> group, long end)
    {
        if (isNew)
        {
            if (options.Durability == Durability.Fsync)
            {
                store.Files.SyncDirectory(store.Directory);
            }

            store.Add(segment!);
            isNew = false;
        }

        for (var i = 0; i < group.Count; i++)
        {
            var record = group[i];
            segment!.Note(new SegmentPlace(record.Position, offset, record.AcceptedNanoseconds));
            offset += RecordFormat.SizeOf(record.Payload.Length);
        }

        acceptedBefore = group[^1].AcceptedNanoseconds;
        segment!.Committed = end;
        if (buffer.Length > ChunkBytes * 4)
        {
            buffer = new byte[ChunkBytes];
        }
    }

    private void Flush(ref int filled, ref long at)
    {
        file!.Write(buffer.AsSpan(0, filled), at);
        at += filled;
        filled = 0;
    }

    private void Reserve(int filled, int size)
    {
        if (buffer.Length - filled < size)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, filled + size));
        }
    }

    private void Abandon()
    {
        var given = segment;

        // A segment without a record would have the name of the one that follows it.
        var isEmpty = given is null || isNew || given.Committed <= SegmentFormat.HeaderSize;
        try
        {
            if (file is not null && !isEmpty)
            {
                file.SetLength(given!.Committed);
            }

            Close();
            if (given is not null && isEmpty)
            {
                store.Remove(given);
                store.Files.Delete(given.Path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What is left behind is not counted: reading stops at the commit, and the next segment's name bounds it after a restart.
            Close();
        }
    }

    private void Close()
    {
        file?.Dispose();
        file = null;
        segment = null;
        isNew = false;
    }
}
