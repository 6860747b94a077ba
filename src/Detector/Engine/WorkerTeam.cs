namespace Saker.Detector.Engine;

/// <summary>Work that several do at once, each taking what nobody has taken.</summary>
internal interface ISharedWork
{
    /// <summary>Takes part until nothing is left.</summary>
    /// <param name="worker">The worker's number; 0 is who has the work.</param>
    /// <returns>Whether there was anything.</returns>
    bool TakePart(int worker);
}

/// <summary>
/// Threads that help one that has work. They look for it as long as there was some a moment ago, and then sleep until they are woken;
/// who has the work does what they do not take. Nothing is allocated.
/// </summary>
internal sealed class WorkerTeam : IDisposable
{
    // About 50 µs: in a stream of events that keeps a core busy, the time between two that rules are about is shorter.
    private const int Looks = 500;
    private const int LooksBetweenYields = 16;

    private readonly object guard = new();
    private readonly ISharedWork work;
    private readonly Thread[] helpers;
    private Exception? failure;
    private int asleep;
    private bool isOver;

    /// <param name="workers">How many there are, with the one that has the work; at least 2.</param>
    /// <param name="work">The work.</param>
    public WorkerTeam(int workers, ISharedWork work)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 2);
        this.work = work;
        helpers = new Thread[workers - 1];
        for (var i = 0; i < helpers.Length; i++)
        {
            var number = i + 1;
            helpers[i] = new Thread(() => Help(number)) { IsBackground = true, Name = $"rules {number}" };
            helpers[i].Start();
        }
    }

    /// <summary>Whether one of them sleeps.</summary>
    public bool Sleeps => Volatile.Read(ref asleep) > 0;

    /// <summary>Wakes those that sleep.</summary>
    public void Wake()
    {
        lock (guard)
        {
            asleep = 0;
            Monitor.PulseAll(guard);
        }
    }

    /// <summary>Throws what one of them threw: it does not help any more, and what it had taken is not done.</summary>
    public void ThrowIfFailed()
    {
        if (Volatile.Read(ref failure) is { } exception)
        {
            throw new InvalidOperationException("A worker failed.", exception);
        }
    }

    public void Dispose()
    {
        Volatile.Write(ref isOver, true);
        Wake();
        foreach (var helper in helpers)
        {
            helper.Join();
        }
    }

    private void Help(int number)
    {
        try
        {
            for (var look = 1; !Volatile.Read(ref isOver); look++)
            {
                if (work.TakePart(number))
                {
                    look = 0;
                }
                else if (look < Looks)
                {
                    Pause(look);
                }
                else
                {
                    Sleep();
                    look = 0;
                }
            }
        }
        catch (Exception exception) when (Takes(exception))
        {
            // Who has the work throws it.
        }
    }

    private static void Pause(int look)
    {
        if (look % LooksBetweenYields == 0)
        {
            Thread.Yield(); // who has the work may wait for this very core
        }
        else
        {
            Thread.SpinWait(20);
        }
    }

    private bool Takes(Exception exception)
    {
        Interlocked.CompareExchange(ref failure, exception, null);
        return true;
    }

    private void Sleep()
    {
        lock (guard)
        {
            if (!isOver)
            {
                asleep++;
                Monitor.Wait(guard);
            }
        }
    }
}
