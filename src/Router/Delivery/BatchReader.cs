using Saker.Alerts;
using Saker.Router.Log;

namespace Saker.Router.Delivery;

/// <summary>Reads the log for one instance: what is for it, in order, in batches as its output takes them.</summary>
internal sealed class BatchReader(DeliveryInstance instance, IAlertLogReader reader, Cursor cursor, OutputCounters counters, AlertWatches watches, TimeProvider clock, ILogger logger) : IDisposable
{
    private const int MaxReadAtOnce = 1024;
    private bool isFull; // the batch that was read last takes no more
    private long bytes; // of that batch
    private long lostInLog;

    /// <summary>True when the next alert is to be read from the disk, which may wait.</summary>
    public bool IsBehind => reader.IsBehind;

    /// <summary>Goes on behind what was given up, if that lies ahead.</summary>
    public void PassCut()
    {
        if (cursor.Cut > reader.Position)
        {
            reader.Seek(cursor.Cut);
        }
    }

    /// <summary>Goes on with what was not taken up, after a fault.</summary>
    public void GoBack() => reader.Seek(Math.Max(cursor.Read, cursor.Cut));

    /// <summary>Waits until there is more to read.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken) => reader.WaitAsync(cancellationToken);

    /// <summary>The next batch; its first alert waits for others as long as the instance wants, and not beyond a stop or a pause.</summary>
    public async ValueTask<List<PendingAlert>?> TakeAsync(CancellationToken hurry, CancellationToken pausing)
    {
        var batch = Read();
        if (batch is null || instance.Batch.Linger <= TimeSpan.Zero)
        {
            return batch;
        }

        using var over = new CancellationTokenSource(instance.Batch.Linger, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, hurry, pausing);
        try
        {
            while (!isFull && !cursor.IsFull)
            {
                await reader.WaitAsync(either.Token);
                Read(batch);
            }
        }
        catch (OperationCanceledException)
        {
            // It has waited long enough; a stop shows where the batch is to be settled.
        }

        return batch;
    }

    /// <summary>
    /// The next alerts for this output behind those of <paramref name="batch"/>, which was read last, together at most as many as it takes at once;
    /// null when nothing of what was read is for it.
    /// </summary>
    public List<PendingAlert>? Read(List<PendingAlert>? batch = null)
    {
        bytes = batch is null ? 0 : bytes;
        isFull = false;
        try
        {
            for (var read = 0; read < MaxReadAtOnce; read++)
            {
                if (cursor.IsFull || !reader.TryRead(out var record))
                {
                    NoteLost();
                    break;
                }

                NoteLost();
                if (cursor.WasDone(record!.Position) || !IsForThis(record, out var alert))
                {
                    continue;
                }

                bytes += record.Payload.Length;
                if (batch is not null && bytes > instance.Batch.Bytes)
                {
                    reader.Seek(record.Position); // the first of the next batch
                    isFull = true;
                    return batch;
                }

                var pending = new PendingAlert(record, alert!);
                cursor.Take(pending);
                batch ??= [];
                batch.Add(pending);
                if (batch.Count >= instance.Batch.Count)
                {
                    isFull = true;
                    return batch;
                }
            }
        }
        catch (Exception exception) when (batch is not null && exception is not OperationCanceledException)
        {
            // What was taken up is delivered first; then the fault shows again.
            reader.Seek(cursor.Read);
            isFull = true;
            return batch;
        }

        cursor.PassTo(reader.Position);
        return batch;
    }

    private bool IsForThis(LogRecord record, out Alert? alert)
    {
        alert = record.GetAlert(out var reason);
        if (alert is not null)
        {
            var isForThis = instance.Filter(alert);
            if (!isForThis)
            {
                watches.Note(alert.Uuid, instance.Name, WatchState.NotForIt);
            }

            return isForThis;
        }

        counters.CountLost(1);
        DeliveryMessages.Unreadable(logger, instance.Name, record.Position, reason);
        return false;
    }

    private void NoteLost()
    {
        var lost = reader.Lost - lostInLog;
        if (lost == 0)
        {
            return;
        }

        lostInLog = reader.Lost;
        counters.CountLost(lost);
        DeliveryMessages.Lost(logger, instance.Name, lost, lostInLog);
    }

    public void Dispose() => reader.Dispose();
}
