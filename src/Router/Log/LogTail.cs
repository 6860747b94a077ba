namespace Saker.Router.Log;

/// <summary>The newest records in memory, bounded in number and bytes. One writer, many readers.</summary>
internal sealed class LogTail
{
    private readonly Lock gate = new();
    private readonly LogRecord?[] ring;
    private readonly long maxBytes;
    private long first;
    private long next;
    private long bytes;
    private TaskCompletionSource? waiters;

    public LogTail(int records, long maxBytes, long next)
    {
        ring = new LogRecord[records];
        this.maxBytes = maxBytes;
        first = this.next = next;
    }

    /// <summary>The oldest position in memory.</summary>
    public long First => Volatile.Read(ref first);

    /// <summary>The position behind the last published record.</summary>
    public long Next => Volatile.Read(ref next);

    /// <summary>Makes records visible to readers, in order, and wakes those that wait.</summary>
    public void Publish(IReadOnlyList<LogRecord> records)
    {
        TaskCompletionSource? wake;
        lock (gate)
        {
            for (var i = 0; i < records.Count; i++)
            {
                Add(records[i]);
            }

            wake = waiters;
            waiters = null;
        }

        wake?.SetResult();
    }

    /// <summary>Starts again at a later position, before anything was published there.</summary>
    public void MoveTo(long position)
    {
        lock (gate)
        {
            Array.Clear(ring);
            bytes = 0;
            first = next = position;
        }
    }

    public bool TryGet(long position, out LogRecord? record)
    {
        lock (gate)
        {
            var held = position >= first && position < next;
            record = held ? ring[position % ring.Length] : null;
            return held;
        }
    }

    public ValueTask WaitAsync(long position, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (next > position)
            {
                return ValueTask.CompletedTask;
            }

            waiters ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(waiters.Task.WaitAsync(cancellationToken));
        }
    }

    private void Add(LogRecord record)
    {
        if (next - first == ring.Length)
        {
            DropFirst();
        }

        ring[next % ring.Length] = record;
        bytes += record.Payload.Length;
        Volatile.Write(ref next, next + 1);
        while (bytes > maxBytes && first < next - 1)
        {
            DropFirst();
        }
    }

    private void DropFirst()
    {
        ref var slot = ref ring[first % ring.Length];
        bytes -= slot!.Payload.Length;
        slot = null;
        Volatile.Write(ref first, first + 1);
    }
}
