using System.Collections.Concurrent;

namespace Saker.Router.Delivery;

/// <summary>How one output stands with a watched alert.</summary>
internal enum WatchState : byte
{
    /// <summary>It has not come to it yet.</summary>
    Waiting,

    /// <summary>It is paused, and takes nothing.</summary>
    Paused,

    /// <summary>Its filter leaves it out.</summary>
    NotForIt,

    /// <summary>An attempt failed; others follow.</summary>
    Failing,

    /// <summary>Its destination has it.</summary>
    Delivered,

    /// <summary>It is in the dead letters, or was given up for the backlog.</summary>
    GivenUp,
}

/// <summary>What became of an alert with one output.</summary>
/// <param name="State">How it stands.</param>
/// <param name="Reason">Why it is not delivered.</param>
internal sealed record WatchResult(WatchState State, string Reason)
{
    /// <summary>Nothing more is to be expected, or not soon.</summary>
    public bool IsKnown => State != WatchState.Waiting;
}

/// <summary>Follows one alert through the outputs, for whoever sent it as a test.</summary>
internal sealed class AlertWatch(AlertWatches owner, Guid alert, IEnumerable<string> outputs, IReadOnlyCollection<string> paused) : IDisposable
{
    private readonly ConcurrentDictionary<string, WatchResult> results = new(outputs.Select(name => KeyValuePair.Create(name, new WatchResult(paused.Contains(name) ? WatchState.Paused : WatchState.Waiting, ""))));
    private readonly TaskCompletionSource known = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is known so far, by output.</summary>
    public IReadOnlyDictionary<string, WatchResult> Results => results;

    /// <summary>Waits until something is known of every output, but not longer than <paramref name="limit"/>.</summary>
    public async Task WaitAsync(TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        EndIfKnown();
        await Task.WhenAny(known.Task, Task.Delay(limit, clock, cancellationToken));
    }

    public void Note(string output, WatchState state, string reason)
    {
        results[output] = new WatchResult(state, reason);
        EndIfKnown();
    }

    public void Dispose() => owner.Forget(alert);

    private void EndIfKnown()
    {
        if (results.Values.All(static result => result.IsKnown))
        {
            known.TrySetResult();
        }
    }
}

/// <summary>The alerts that are watched at present. Asked for every alert, and nearly always empty.</summary>
internal sealed class AlertWatches
{
    private const int MaxWatches = 100;

    private readonly ConcurrentDictionary<Guid, AlertWatch> watches = [];
    private volatile int count;

    /// <summary>Watches an alert that is about to be stored; null when too many are watched already.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="outputs">The outputs.</param>
    /// <param name="paused">Those of them that are paused, so that nothing is to be expected of them.</param>
    public AlertWatch? Begin(Guid alert, IEnumerable<string> outputs, params IReadOnlyCollection<string> paused)
    {
        if (Interlocked.Increment(ref count) > MaxWatches)
        {
            Interlocked.Decrement(ref count);
            return null;
        }

        return watches[alert] = new AlertWatch(this, alert, outputs, paused);
    }

    /// <summary>Notes what became of an alert with an output, if it is watched.</summary>
    public void Note(Guid alert, string output, WatchState state, string reason = "")
    {
        if (count > 0 && watches.TryGetValue(alert, out var watch))
        {
            watch.Note(output, state, reason);
        }
    }

    public void Forget(Guid alert)
    {
        if (watches.TryRemove(alert, out _))
        {
            Interlocked.Decrement(ref count);
        }
    }
}
