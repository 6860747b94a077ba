using System.Threading.Channels;
using Saker.Alerts;

namespace Saker.Router.Log;

/// <summary>
/// The embedded alert log: segments of records, one writer. Senders put requests into a bounded channel; the writer takes what is
/// there as a group, writes it, syncs once, publishes it to the tail in log order, then answers.
/// </summary>
internal sealed class SegmentLog : IAlertLog
{
    private const int MaxGroupRecords = 1024;
    private const int MaxGroupBytes = 4 << 20;
    private static readonly AppendResult TooLarge = AppendResult.Refused(AppendStatus.TooLarge);
    private static readonly AppendResult Closed = AppendResult.Refused(AppendStatus.Closed);

    private readonly SegmentLogOptions options;
    private readonly ILogger logger;
    private readonly SegmentStore store;
    private readonly SegmentWriter writer;
    private readonly FreeSpace space;
    private readonly LogTail tail;
    private readonly Channel<AppendRequest> queue;
    private readonly List<AppendRequest> group = new(MaxGroupRecords);
    private readonly List<LogRecord> records = new(MaxGroupRecords);
    private readonly Task writing;
    private long lastAccepted;
    private long groups;
    private long refused;
    private long refusedInFault;
    private volatile string? fault;

    private SegmentLog(SegmentStore store, SegmentLogOptions options, TimeProvider clock, ILogger logger)
    {
        (this.store, this.options, this.logger) = (store, options, logger);
        Time = new AcceptClock(clock);
        writer = new SegmentWriter(store, options);
        space = new FreeSpace(store.Files, store.Directory, options.FreeSpaceReserve, clock);
        var recovery = new SegmentRecovery(store, logger);
        if (recovery.Run() is { } last)
        {
            writer.Continue(last.Segment, last.File, recovery.LastAccepted);
        }
        else
        {
            writer.StartNew(recovery.LastAccepted);
        }

        lastAccepted = recovery.LastAccepted;
        Time.StartAt(lastAccepted);
        tail = new LogTail(options.TailRecords, options.TailBytes, recovery.Next);
        queue = Channel.CreateBounded<AppendRequest>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true });
        writing = Task.Run(RunAsync);
    }

    public long First => store.All is [var oldest, ..] ? oldest.First : Next;

    public long Next => tail.Next;

    public AcceptClock Time { get; }

    public AlertLogStatus Status => new()
    {
        First = First,
        Next = Next,
        Bytes = store.All.Sum(static segment => segment.Committed),
        Segments = store.All.Count,
        Groups = Volatile.Read(ref groups),
        Refused = Volatile.Read(ref refused),
        Damaged = store.Damaged,
        Fault = fault,
    };

    /// <summary>Opens the log in a directory that this process holds.</summary>
    /// <exception cref="DataDirectoryException">The files cannot be read, or a newer version wrote them.</exception>
    public static SegmentLog Open(IDataFiles files, string directory, SegmentLogOptions options, TimeProvider clock, ILogger<SegmentLog> logger)
    {
        var log = new SegmentLog(new SegmentStore(files, directory, logger), options, clock, logger);
        var status = log.Status;
        var durability = options.Durability switch
        {
            Durability.Fsync => "fsync",
            Durability.Os => "os",
            Durability.Memory => "memory",
            _ => throw new System.Diagnostics.UnreachableException($"The durability {(int)options.Durability} is not known."),
        };
        LogMessages.Opened(logger, directory, status.Segments, status.Bytes, status.First, status.Next, durability);
        return log;
    }

    public ValueTask<AppendResult> AppendAsync(ReadOnlyMemory<byte> payload, Alert? alert = null, CancellationToken cancellationToken = default)
    {
        if (payload.Length > RecordFormat.MaxPayload)
        {
            return new(TooLarge);
        }

        return AppendAsync(AppendRequest.Rent(new LogEntry(payload, alert), options.AnswersInPlace), cancellationToken);
    }

    public ValueTask<AppendResult> AppendAsync(IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(entries.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entries.Count, LogEntry.MaxTogether);
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Payload.Length > RecordFormat.MaxPayload)
            {
                return new(TooLarge);
            }
        }

        return AppendAsync(AppendRequest.Rent(entries, options.AnswersInPlace), cancellationToken);
    }

    public IAlertLogReader OpenReader(long position) => new SegmentLogReader(store, tail, position);

    public void Release(long position)
    {
        store.Release(Math.Min(position, Next), Time.Before(options.HistoryAge), options.HistoryBytes);
    }

    public void AdvanceTo(long position)
    {
        if (position <= Next)
        {
            return;
        }

        LogMessages.EndLost(logger, Next, position);
        writer.StartNew(lastAccepted);
        tail.MoveTo(position);
    }

    public long FindByTime(DateTimeOffset time)
    {
        var nanoseconds = UnixTime.ToNanoseconds(time);
        var all = store.All;
        for (var i = all.Count - 1; i >= 0; i--)
        {
            if (i == 0 || all[i].AcceptedBefore < nanoseconds)
            {
                return all[i].FindByTime(nanoseconds);
            }
        }

        return Next;
    }

    public long FindByBytes(long bytes)
    {
        var all = store.All;
        for (var i = all.Count - 1; i >= 0; i--)
        {
            if (all[i].Committed > bytes)
            {
                return all[i].FindByOffset(all[i].Committed - bytes) ?? (i + 1 < all.Count ? all[i + 1].First : Next);
            }

            bytes -= all[i].Committed;
        }

        return First;
    }

    /// <summary>Stores what is queued, answers it, and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        if (queue.Writer.TryComplete())
        {
            await writing;
            writer.Dispose();
        }
    }

    private ValueTask<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        var result = request.Result;
        return queue.Writer.TryWrite(request) ? result : EnqueueAsync(request, cancellationToken);
    }

    private async ValueTask<AppendResult> EnqueueAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        var result = request.Result;
        try
        {
            await queue.Writer.WriteAsync(request, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            request.Return();
            return Closed;
        }
        catch (OperationCanceledException)
        {
            request.Return();
            throw;
        }

        return await result;
    }

    private async Task RunAsync()
    {
        while (await queue.Reader.WaitToReadAsync())
        {
            // Senders that the last group answered run first, so that their next requests ride in this group and share its sync.
            Thread.Yield();
            TakeGroup();
            WriteGroup();
        }
    }

    private void TakeGroup()
    {
        long bytes = 0;
        var position = tail.Next;
        lastAccepted = Time.Now;
        while (records.Count < MaxGroupRecords && bytes < MaxGroupBytes && queue.Reader.TryRead(out var request))
        {
            group.Add(request);
            for (var i = 0; i < request.Count; i++)
            {
                var (payload, alert) = request[i];
                records.Add(new LogRecord(position + records.Count, lastAccepted, payload, alert));
                bytes += RecordFormat.SizeOf(payload.Length);
            }
        }

        space.Expect(bytes);
    }

    private void WriteGroup()
    {
        var position = tail.Next;
        var count = records.Count;
        try
        {
            if (!space.IsEnough(out var free))
            {
                Refuse(AppendStatus.DiskFull, free);
                return;
            }

            if (options.Durability == Durability.Memory)
            {
                Answer(position);
            }

            writer.Write(records);
            tail.Publish(records);
            Volatile.Write(ref groups, groups + 1);
            if (fault is not null)
            {
                LeaveFault();
            }

            if (options.Durability != Durability.Memory)
            {
                Answer(position);
            }
        }
#pragma warning disable CA1031 // Whatever went wrong with one group, the writer must live on: without it every sender would wait for ever.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (options.Durability == Durability.Memory)
            {
                LogMessages.WrittenBehindLost(logger, count);
            }

            Refuse(AppendStatus.WriteFailed, 0, exception.Message);
        }
        finally
        {
            group.Clear();
            records.Clear();
        }
    }

    /// <summary>Answers the group. Its requests go back to their pool with that: nothing may be read from them afterwards.</summary>
    private void Answer(long position)
    {
        foreach (var request in group)
        {
            var count = request.Count;
            request.Complete(new AppendResult(AppendStatus.Stored, position));
            position += count;
        }
    }

    private void Refuse(AppendStatus status, long free, string reason = "")
    {
        if (fault is null)
        {
            if (status == AppendStatus.DiskFull)
            {
                LogMessages.DiskFull(logger, free, store.Directory, options.FreeSpaceReserve);
            }
            else
            {
                LogMessages.WriteFailed(logger, reason);
            }
        }

        fault = status == AppendStatus.DiskFull ? $"only {free} bytes are free" : reason;
        refusedInFault += records.Count;
        Volatile.Write(ref refused, refused + records.Count);
        if (status != AppendStatus.DiskFull && options.Durability == Durability.Memory)
        {
            return; // Answered before the write.
        }

        foreach (var request in group)
        {
            request.Complete(AppendResult.Refused(status));
        }
    }

    private void LeaveFault()
    {
        LogMessages.Recovered(logger, refusedInFault);
        refusedInFault = 0;
        fault = null;
    }
}
