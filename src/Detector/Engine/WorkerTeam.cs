namespace Saker.Detector.Engine;

/// <summary>Work that several do at once, each taking what nobody has taken.</summary>
internal interface ISharedWork
{
    /// <summary>Takes part until nothing is left. Called once by each worker, at the same time.</summary>
    /// <param name="worker">The worker's number; 0 is who asked for it.</param>
    void TakePart(int worker);
}

/// <summary>
/// Threads that do work together with the one that asks for it, which waits for them. Between two works they look for the next for
/// a moment, and then sleep. Nothing is allocated.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    // About 20 µs: the time between two works of a detector that has much to do.
    private const int Looks = 200;

    private readonly object guard = new();
    private readonly Thread[] helpers;
    private ISharedWork? work;
    private Exception? failure;
    private int generation;
    private int busy;
    private bool isOver;

    /// <param name="workers">How many there are, with the one that asks; at least 2.</param>
    public WorkerTeam(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 2);
        helpers = new Thread[workers - 1];
        for (var i = 0; i < helpers.Length; i++)
        {
            var number = i + 1;
            helpers[i] = new Thread(() => Help(number)) { IsBackground = true, Name = $"rules {number}" };
            helpers[i].Start();
        }
    }

    /// <summary>Has all of them do a work, and returns when it is done. What one of them throws is thrown here.</summary>
    public void Do(ISharedWork shared)
    {
        work = shared;
        Volatile.Write(ref busy, helpers.Length);
        CallHelpers();
        try
        {
            shared.TakePart(0);
        }
        finally
        {
            var wait = default(SpinWait);
            while (Volatile.Read(ref busy) > 0)
            {
                wait.SpinOnce(sleep1Threshold: -1);
            }
        }

        if (Interlocked.Exchange(ref failure, null) is { } exception)
        {
            throw new InvalidOperationException("A worker failed.", exception);
        }
    }

    public void Dispose()
    {
        Volatile.Write(ref isOver, true);
        CallHelpers();
        foreach (var helper in helpers)
        {
            helper.Join();
        }
    }

    private void CallHelpers()
    {
        lock (guard)
        {
            generation++;
            Monitor.PulseAll(guard);
        }
    }

    private void Help(int number)
    {
        var seen = 0;
        while (true)
        {
            seen = Next(seen);
            if (Volatile.Read(ref isOver))
            {
                return;
            }

            try
            {
                work!.TakePart(number);
            }
            catch (Exception exception) when (Takes(exception))
            {
                // Who asked for the work throws it.
            }
            finally
            {
                Interlocked.Decrement(ref busy);
            }
        }
    }

    private bool Takes(Exception exception)
    {
        Interlocked.CompareExchange(ref failure, exception, null);
        return true;
    }

    private int Next(int seen)
    {
        for (var i = 0; i < Looks; i++)
        {
            if (Volatile.Read(ref generation) is var next && next != seen)
            {
                return next;
            }

            Thread.SpinWait(20);
        }

        lock (guard)
        {
            while (generation == seen)
            {
                Monitor.Wait(guard);
            }

            return generation;
        }
    }
}
