namespace Saker.Detector.Outputs;

/// <summary>A batch that others fetch alerts from, each alert for one of them. From any thread.</summary>
internal sealed class AlertOffer
{
    private readonly Lock gate = new();
    private readonly AlertBatch batch;
    private readonly PriorityQueue<int, int> free = new(); // the oldest first, also of those that came back
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int open;

    public AlertOffer(AlertBatch batch)
    {
        this.batch = batch;
        var indices = batch.Open();
        open = indices.Count;
        free.EnqueueRange(indices.Select(static index => (index, index)));
    }

    /// <summary>Ends when all were fetched.</summary>
    public Task Done => done.Task;

    /// <summary>An alert for the caller, who says by <see cref="Fetched"/> or <see cref="GiveBack"/> what became of it.</summary>
    public bool TryTake(out int index, out AlertLine alert)
    {
        lock (gate)
        {
            alert = default;
            if (!free.TryDequeue(out index, out _))
            {
                return false;
            }

            alert = batch[index];
            return true;
        }
    }

    /// <summary>It has left.</summary>
    public void Fetched(int index)
    {
        lock (gate)
        {
            batch.Written(index);
            if (--open == 0)
            {
                done.TrySetResult();
            }
        }
    }

    /// <summary>It never will.</summary>
    public void Refused(int index, string reason)
    {
        lock (gate)
        {
            batch.Refused(index, reason);
            if (--open == 0)
            {
                done.TrySetResult();
            }
        }
    }

    /// <summary>It did not leave, and is for somebody else.</summary>
    public void GiveBack(int index)
    {
        lock (gate)
        {
            free.Enqueue(index, index);
        }
    }
}
