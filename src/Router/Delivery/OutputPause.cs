using Saker.Router.Log;

namespace Saker.Router.Delivery;

/// <summary>What came of pausing or resuming an output.</summary>
internal enum PauseResult : byte
{
    /// <summary>It is as it was wanted.</summary>
    Done,

    /// <summary>No output has this name.</summary>
    NoSuchOutput,

    /// <summary>The disk does not take it; everything is as before.</summary>
    NotKept,
}

/// <summary>Holds an instance back while somebody wants it to wait: what is under way ends as it ends, and nothing is taken up.</summary>
/// <param name="since">When it was paused, in nanoseconds since 1970; 0 when it is not.</param>
internal sealed class OutputPause(long since) : IDisposable
{
    private readonly Lock gate = new();
    private TaskCompletionSource resumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource begins = new();
    private long since = since;

    /// <summary>When it was paused, in nanoseconds since 1970; 0 while it is not.</summary>
    public long SinceNanoseconds => Volatile.Read(ref since);

    /// <summary>The same as a time.</summary>
    public DateTimeOffset? Since => SinceNanoseconds is var time and not 0 ? UnixTime.ToDateTimeOffset(time) : null;

    /// <summary>True while nothing is to be taken up.</summary>
    public bool IsOn => SinceNanoseconds != 0;

    /// <summary>Ends with the next pause: no batch waits for more alerts beyond it.</summary>
    public CancellationToken Begins
    {
        get
        {
            lock (gate)
            {
                return begins.Token;
            }
        }
    }

    /// <summary>Pauses from a time on, or resumes (0).</summary>
    public void Set(long nanoseconds)
    {
        lock (gate)
        {
            if (nanoseconds != 0)
            {
                Volatile.Write(ref since, nanoseconds);
                _ = begins.CancelAsync(); // what waits for it goes on elsewhere: nothing runs under the locks that are held here
                return;
            }

            Volatile.Write(ref since, 0);
            (var before, resumed) = (resumed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            begins = new CancellationTokenSource();
            before.TrySetResult();
        }
    }

    /// <summary>Returns when it is not paused.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (IsOn)
        {
            Task change;
            lock (gate)
            {
                if (!IsOn)
                {
                    return;
                }

                change = resumed.Task;
            }

            await change.WaitAsync(cancellationToken);
        }
    }

    public void Dispose() => begins.Dispose();
}
