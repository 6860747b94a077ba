using System.Collections.Concurrent;

namespace Saker.Outputs.Transports;

/// <summary>
/// Connections that are dear to open: used by one attempt at a time each, kept for the next, closed when an attempt fails on them, when they
/// have stood idle or have grown old, and at the end. As many as attempts run at once.
/// </summary>
/// <typeparam name="T">The connection; closed by its <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/>.</typeparam>
public sealed class ConnectionPool<T> : IAsyncDisposable
    where T : class
{
    private static readonly TimeSpan MaxIdle = TimeSpan.FromMinutes(1);  // below the limits of servers, which close without a word
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(5);   // a destination may move to another address
    private readonly ConcurrentStack<Kept> idle = [];
    private readonly Func<CancellationToken, ValueTask<T>> open;
    private readonly TimeProvider clock;
    private volatile bool isClosed;

    internal ConnectionPool(Func<CancellationToken, ValueTask<T>> open, TimeProvider clock) => (this.open, this.clock) = (open, clock);

    /// <summary>Uses a connection. One on which <paramref name="use"/> throws is closed, for nobody knows where it stands.</summary>
    public async ValueTask<TResult> UseAsync<TResult>(Func<T, CancellationToken, ValueTask<TResult>> use, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(use);
        var kept = await TakeAsync() ?? new Kept(await open(cancellationToken), clock.GetTimestamp());
        try
        {
            var result = await use(kept.Connection, cancellationToken);
            idle.Push(kept with { UsedAt = clock.GetTimestamp() });
            if (isClosed)
            {
                await CloseIdleAsync();
            }

            return result;
        }
        catch
        {
            await CloseAsync(kept.Connection);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        isClosed = true;
        await CloseIdleAsync();
    }

    private async ValueTask<Kept?> TakeAsync()
    {
        while (idle.TryPop(out var kept))
        {
            if (clock.GetElapsedTime(kept.UsedAt) < MaxIdle && clock.GetElapsedTime(kept.OpenedAt) < MaxAge)
            {
                return kept;
            }

            await CloseAsync(kept.Connection);
        }

        return null;
    }

    private async ValueTask CloseIdleAsync()
    {
        while (idle.TryPop(out var kept))
        {
            await CloseAsync(kept.Connection);
        }
    }

    private static async ValueTask CloseAsync(T connection)
    {
        if (connection is IAsyncDisposable asynchronous)
        {
            await asynchronous.DisposeAsync();
        }
        else
        {
            (connection as IDisposable)?.Dispose();
        }
    }

    private sealed record Kept(T Connection, long OpenedAt)
    {
        public long UsedAt { get; init; }
    }
}
