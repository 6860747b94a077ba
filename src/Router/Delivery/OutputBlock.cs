namespace Saker.Router.Delivery;

/// <summary>
/// Holds an instance's attempts back while its destination refuses them for what is configured (a wrong token, a wrong address) and not
/// for what is in them. One alert is tried now and then, at intervals that double to a bound; whoever waits goes on when one gets through.
/// </summary>
internal sealed class OutputBlock(DeliveryOptions options, TimeProvider clock) : IDisposable
{
    private readonly Lock gate = new();
    private readonly SemaphoreSlim turn = new(1); // in the order of arrival, so that each waiting alert is tried in its turn
    private CancellationTokenSource change = new();
    private volatile bool isBlocked;
    private DateTimeOffset? since;
    private TimeSpan interval;
    private long triedAt;

    /// <summary>When it began; null while attempts are let through.</summary>
    public DateTimeOffset? Since
    {
        get
        {
            lock (gate)
            {
                return since;
            }
        }
    }

    /// <summary>The destination refused an attempt for what is configured.</summary>
    /// <param name="inTurn">The attempt was the one that is made now and then: the next waits longer.</param>
    public void Refused(bool inTurn)
    {
        lock (gate)
        {
            if (since is null)
            {
                (isBlocked, since) = (true, clock.GetUtcNow());
                interval = options.FirstBlockedDelay;
            }
            else if (inTurn)
            {
                interval = interval * 2 < options.MaxBlockedDelay ? interval * 2 : options.MaxBlockedDelay;
            }
            else
            {
                return; // under way when the block began
            }

            triedAt = clock.GetTimestamp();
        }
    }

    /// <summary>The destination answered otherwise: nothing is held back any more.</summary>
    public void End()
    {
        if (!isBlocked)
        {
            return; // for every alert, without a lock
        }

        lock (gate)
        {
            (isBlocked, since) = (false, null);
        }

        Wake();
    }

    /// <summary>Has the next attempt be made at once: something was changed.</summary>
    public void TryNow()
    {
        lock (gate)
        {
            if (since is null)
            {
                return;
            }

            (interval, triedAt) = (options.FirstBlockedDelay, clock.GetTimestamp() - clock.TimestampFrequency * 3600 * 24);
        }

        Wake();
    }

    /// <summary>Waits until an attempt may be made. True: it is the one of now and then, and <see cref="Leave"/> must follow.</summary>
    public async ValueTask<bool> EnterAsync(CancellationToken cancellationToken)
    {
        if (!isBlocked)
        {
            return false;
        }

        await turn.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                TimeSpan wait;
                CancellationToken changed;
                lock (gate)
                {
                    if (since is null)
                    {
                        turn.Release();
                        return false;
                    }

                    wait = interval - clock.GetElapsedTime(triedAt);
                    changed = change.Token;
                }

                if (wait <= TimeSpan.Zero)
                {
                    return true;
                }

                using var either = CancellationTokenSource.CreateLinkedTokenSource(changed, cancellationToken);
                await Task.Delay(wait, clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch
        {
            turn.Release();
            throw;
        }
    }

    /// <summary>Gives the turn to the next.</summary>
    public void Leave() => turn.Release();

    public void Dispose()
    {
        turn.Dispose();
        change.Dispose();
    }

    private void Wake()
    {
        CancellationTokenSource before;
        lock (gate)
        {
            (before, change) = (change, new CancellationTokenSource());
        }

        before.Cancel();
    }
}
