using Polly;
using Polly.CircuitBreaker;
using Saker.Alerts;
using Saker.Outputs;
using Saker.Router.Log;

namespace Saker.Router.Delivery;

/// <summary>
/// Brings a batch of alerts to an end: delivered, refused, or given up. Retries run in the instance's pipeline. While all goes well
/// the first attempt is made outside of it, which costs less; the breaker learns afterwards what it would have seen.
/// </summary>
internal sealed class DeliveryAttempts : IDisposable
{
    private const int MaxReasonChars = 500;
    private readonly DeliveryInstance instance;
    private readonly DeliveryOptions options;
    private readonly TimeProvider clock;
    private readonly OutputCounters counters;
    private readonly OutputHealth health;
    private readonly Cursor cursor;
    private readonly AcceptClock time;
    private readonly CircuitBreakerStateProvider breaker = new();
    private readonly ResiliencePipeline<AttemptOutcome> pipeline;
    private readonly TimeSpan timeout;
    private readonly OutputCall call;
    private readonly OutputBlock block;
    private readonly long memory; // of the breaker, in units of the clock's timestamps
    private long calmFrom;
    private long successUntil;
    private CancellationTokenSource? spareLimit;

    public DeliveryAttempts(DeliveryInstance instance, DeliveryOptions options, TimeProvider clock, OutputCounters counters, OutputHealth health, Cursor cursor, AcceptClock time)
    {
        (this.instance, this.options, this.clock, this.counters, this.health, this.cursor, this.time) = (instance, options, clock, counters, health, cursor, time);
        block = new OutputBlock(options, clock);
        timeout = instance.AttemptTimeout > TimeSpan.Zero ? instance.AttemptTimeout : options.AttemptTimeout;
        call = new OutputCall(instance, timeout, clock);
        pipeline = DeliveryPipeline.Build(instance.Name, options, timeout, clock, breaker);
        memory = (long)(DeliveryPipeline.BreakerMemory.TotalSeconds * clock.TimestampFrequency);
    }

    public string Breaker => breaker.CircuitState.ToString();

    /// <summary>The alerts whose way is followed.</summary>
    public required AlertWatches Watches { get; init; }

    /// <summary>When the destination began to refuse everything for what is configured; null while it does not.</summary>
    public DateTimeOffset? BlockedSince => block.Since;

    /// <summary>The breaker is closed and has no failure in its memory: another success changes nothing.</summary>
    private bool IsCalm => clock.GetTimestamp() >= Volatile.Read(ref calmFrom) && breaker.CircuitState == CircuitState.Closed;

    /// <summary>
    /// Returns when no alert of the batch is pending any more, or when the destination refuses what is pending for what is configured; then
    /// the next call waits until one may be tried again. On cancellation what was not settled stays pending.
    /// </summary>
    /// <exception cref="OperationCanceledException">The router stops.</exception>
    public async ValueTask SettleAsync(IReadOnlyList<PendingAlert> batch, CancellationToken cancellationToken)
    {
        var inTurn = await block.EnterAsync(cancellationToken);
        try
        {
            var work = new Work(this, batch, inTurn, cancellationToken);
            if (IsCalm && await AttemptAloneAsync(work, cancellationToken))
            {
                return;
            }

            await pipeline.ExecuteAsync(static (work, token) => work.AttemptAsync(token), work, cancellationToken);
        }
        finally
        {
            if (inTurn)
            {
                block.Leave();
            }
        }
    }

    /// <summary>One attempt for a batch, whatever the block and the breaker say: does the destination take other alerts than the refused one?</summary>
    public async ValueTask TryAsWitnessAsync(IReadOnlyList<PendingAlert> batch, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await new Work(this, batch, inTurn: false, cancellationToken).AttemptAsync(either.Token);
    }

    /// <summary>Has a blocked output try the next alert at once.</summary>
    public void TryNow() => block.TryNow();

    public void Dispose()
    {
        block.Dispose();
        call.Dispose();
    }

    /// <summary>Lets no attempt begin any more; completes when those under way have ended.</summary>
    public Task CloseAsync() => call.CloseAsync();

    /// <summary>One attempt for one alert outside the order, for a dead letter that is sent again.</summary>
    public async ValueTask<DeliveryResult> TryOnceAsync(Alert alert, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var (result, _) = await call.DeliverAsync([alert], either.Token, cancellationToken);
        return result[0].With(Clean(result[0].Reason));
    }

    /// <summary>Makes the output ready before there is an alert for it. When that fails, the first alert's attempts go on with it.</summary>
    public async ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        if (await call.PrepareAsync(either.Token, cancellationToken) is { Status: not DeliveryStatus.Delivered } failed)
        {
            health.Failed(Clean(failed.Reason), failed.Status == DeliveryStatus.Blocked);
        }
    }

    /// <summary>Makes the first attempt outside the pipeline; true when no other has to follow, else the pipeline goes on from its outcome.</summary>
    private async ValueTask<bool> AttemptAloneAsync(Work work, CancellationToken stopping)
    {
        AttemptOutcome outcome;
        var limit = Interlocked.Exchange(ref spareLimit, null) ?? new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        try
        {
            limit.CancelAfter(timeout);
            using (stopping.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), limit))
            {
                outcome = await work.AttemptAsync(limit.Token);
            }
        }
        finally
        {
            if (!limit.TryReset() || Interlocked.CompareExchange(ref spareLimit, limit, null) is not null)
            {
                limit.Dispose();
            }
        }

        if (outcome is { Again: false, Failed: false })
        {
            return true;
        }

        work.GoOnFrom(outcome);

        // One recent success is what keeps the breaker closed, and it has seen none.
        if (clock.GetTimestamp() < Volatile.Read(ref successUntil) && breaker.CircuitState == CircuitState.Closed)
        {
            await pipeline.ExecuteAsync(static _ => new ValueTask<AttemptOutcome>(default(AttemptOutcome)), stopping);
        }

        return false;
    }

    private void Note(AttemptOutcome outcome)
    {
        var until = clock.GetTimestamp() + memory;
        if (!outcome.Failed)
        {
            Volatile.Write(ref successUntil, until);
        }

        if (outcome.Failed || outcome.Again)
        {
            Volatile.Write(ref calmFrom, until);
        }
    }

    private string Clean(string reason)
    {
        foreach (var secret in instance.Secrets)
        {
            reason = secret.MaskIn(reason);
        }

        return reason.Length <= MaxReasonChars ? reason : reason[..MaxReasonChars] + "…";
    }

    /// <summary>One batch on its way through the pipeline.</summary>
    private sealed class Work(DeliveryAttempts owner, IReadOnlyList<PendingAlert> batch, bool inTurn, CancellationToken stopping)
    {
        private readonly List<PendingAlert> pending = new(batch.Count);
        private readonly List<Alert> alerts = new(batch.Count);
        private bool repeated;
        private AttemptOutcome? made;

        /// <summary>Has the next attempt be this one, which was made outside the pipeline.</summary>
        public void GoOnFrom(AttemptOutcome outcome) => made = outcome;

        public async ValueTask<AttemptOutcome> AttemptAsync(CancellationToken cancellationToken)
        {
            // Once the breaker has opened, it asks for how the destination is now.
            var before = made;
            made = null;
            if (before is { } known && owner.breaker.CircuitState == CircuitState.Closed)
            {
                return known;
            }

            Collect();
            if (pending.Count == 0)
            {
                return default;
            }

            var start = owner.clock.GetTimestamp();
            var (result, unexpected) = await owner.call.DeliverAsync(alerts, cancellationToken, stopping);
            var (delivered, skipped, failed, blocked, again) = (0, 0, 0, 0, false);
            TimeSpan? after = null;
            var reason = "";
            for (var i = 0; i < pending.Count; i++)
            {
                var one = result[i];
                switch (one.Status)
                {
                    case DeliveryStatus.Delivered:
                        delivered++;
                        pending[i].State = PendingState.Delivered;
                        owner.counters.CountDelivered(owner.clock.GetUtcNow() - pending[i].Record.Accepted);
                        continue;
                    case DeliveryStatus.Skipped:
                        skipped++;
                        pending[i].State = PendingState.Skipped;
                        owner.counters.CountSkipped();
                        continue;
                    case DeliveryStatus.Rejected:
                        reason = pending[i].Reason = owner.Clean(one.Reason);
                        pending[i].State = PendingState.Rejected;
                        pending[i].Failures++;
                        continue;
                    case DeliveryStatus.Blocked:
                    case DeliveryStatus.Retry when unexpected && ++pending[i].Unexpected >= owner.options.MaxUnexpected:
                        blocked++;
                        reason = owner.Clean(one.Reason);
                        Block(pending[i], reason);
                        continue;
                }

                failed++;
                reason = owner.Clean(one.Reason);
                again |= Fail(pending[i], reason);
                after = one.RetryAfter is { } asked && (after is null || asked > after) ? asked : after;
            }

            if (blocked > 0 && blocked + skipped == pending.Count)
            {
                owner.block.Refused(inTurn);
            }
            else if (skipped < pending.Count)
            {
                owner.block.End();
            }

            foreach (var alert in pending)
            {
                owner.Watches.Note(alert.Alert.Uuid, owner.instance.Name, State(alert.State), alert.Reason);
            }

            Tell(delivered, skipped, reason, blocked > 0, owner.clock.GetElapsedTime(start));
            repeated = true;
            var outcome = new AttemptOutcome(again, failed > 0 && failed + skipped == pending.Count, after);
            owner.Note(outcome);
            return outcome;
        }

        private static WatchState State(PendingState state) => state switch
        {
            PendingState.Pending => WatchState.Failing,
            PendingState.Delivered => WatchState.Delivered,
            PendingState.Skipped => WatchState.NotForIt,
            _ => WatchState.GivenUp,
        };

        private void Collect()
        {
            pending.Clear();
            alerts.Clear();
            foreach (var alert in batch)
            {
                if (alert.State == PendingState.Pending && alert.Record.Position < owner.cursor.Cut)
                {
                    alert.State = PendingState.CutLoose;
                }

                if (alert.State != PendingState.Pending)
                {
                    continue;
                }

                pending.Add(alert);
                alerts.Add(alert.Alert);
            }
        }

        /// <summary>Notes a refusal for what is configured. One that concerns this alert only shows in that others get through meanwhile.</summary>
        private void Block(PendingAlert alert, string reason)
        {
            var othersSucceed = alert.Failures++ > 0 && owner.counters.Delivered > alert.DeliveredBefore;
            alert.DeliveredBefore = owner.counters.Delivered;
            alert.Reason = reason;
            alert.RefusedAlone += othersSucceed ? 1 : 0;
            if (alert.RefusedAlone >= owner.options.MaxBlocked)
            {
                alert.GiveUp();
            }
        }

        /// <summary>Notes a failure; true when the alert is to be tried again.</summary>
        private bool Fail(PendingAlert alert, string reason)
        {
            if (alert.Failures++ == 0)
            {
                alert.DeliveredBefore = owner.counters.Delivered;
            }

            alert.Reason = reason;
            var othersSucceed = owner.counters.Delivered > alert.DeliveredBefore;
            if ((alert.Failures >= owner.options.MaxFailures && othersSucceed) || owner.time.AgeOf(alert.Record.AcceptedNanoseconds) >= owner.options.GiveUpAfter)
            {
                alert.State = PendingState.Exhausted;
            }

            return alert.State == PendingState.Pending;
        }

        private void Tell(int delivered, int skipped, string reason, bool isBlocked, TimeSpan duration)
        {
            owner.counters.CountAttempt(delivered + skipped == pending.Count, repeated, duration);
            if (delivered > 0)
            {
                owner.health.Succeeded();
            }
            else if (skipped < pending.Count)
            {
                owner.health.Failed(reason, isBlocked);
            }
        }
    }
}
