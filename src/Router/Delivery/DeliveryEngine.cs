using System.Globalization;
using Saker.Alerts;
using Saker.Outputs;
using Saker.Router.Log;
using Saker.Settings;

namespace Saker.Router.Delivery;

/// <summary>
/// Delivers the alert log to all instances: starts a worker for each where it left off, saves positions, holds the backlog
/// budgets, gives up the positions of removed instances, and releases what nobody needs.
/// </summary>
internal sealed partial class DeliveryEngine : IAsyncDisposable
{
    private const int FirstSaveShare = 16;
    private static readonly TimeSpan UpkeepInterval = TimeSpan.FromSeconds(1);

    private readonly IAlertLog log;
    private readonly IDeadLetters deadLetters;
    private readonly CursorStore store;
    private readonly DeliveryOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Lock turn = new(); // over orphans, and over changes of the workers
    private readonly List<CursorPosition> orphans = [];
    private volatile OutputWorker[] workers = [];
    private readonly CancellationTokenSource stop = new();
    private Task upkeep = Task.CompletedTask;
    private long? savedVersion;
    private bool isSaveFailing;
    private volatile string? full;

    /// <summary>Makes the engine; positions are loaded, and the log is moved past the furthest of them.</summary>
    /// <exception cref="DataDirectoryException">The saved positions cannot be read.</exception>
    public DeliveryEngine(
        IAlertLog log, IDeadLetters deadLetters, CursorStore store, IEnumerable<DeliveryInstance> instances, DeliveryOptions options, TimeProvider clock, ILogger<DeliveryEngine> logger)
    {
        (this.log, this.deadLetters, this.store, this.options, this.clock, this.logger) = (log, deadLetters, store, options, clock, logger);
        var saved = store.Load();
        if (saved is { Count: > 0 })
        {
            log.AdvanceTo(saved.Max(static position => position.Read));
        }

        workers = [.. instances.Select(instance => CreateWorker(instance, Start(instance, saved)))];
        foreach (var position in saved ?? [])
        {
            if (!Array.Exists(workers, worker => IsOf(position, worker)))
            {
                orphans.Add(Orphan(position));
            }
        }
    }

    /// <summary>How each instance stands.</summary>
    public IReadOnlyList<OutputStatus> Status => [.. workers.Select(static worker => worker.Status)];

    /// <summary>Outputs that are over their backlog where that means that no alert is taken; null when there are none.</summary>
    public string? Full => full;

    /// <summary>What was given up.</summary>
    public IDeadLetters DeadLetters => deadLetters;

    /// <summary>Saves the first positions, so that new instances have theirs from now on, and starts the workers.</summary>
    public void Start()
    {
        TrySave();
        RefuseWhenFull();
        foreach (var worker in workers)
        {
            if (worker.Status.PausedSince is { } since)
            {
                DeliveryMessages.StillPaused(logger, worker.Name, since);
            }

            worker.Start();
        }

        upkeep = Task.Run(UpkeepAsync);
    }

    /// <summary>Delivers what is in the log within the drain time or until the token ends, saves the positions, and says what is left.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.DrainTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await Task.WhenAll(workers.Select(worker => worker.DrainAsync(either.Token)));
        await stop.CancelAsync();
        await upkeep;
        TrySave();
        var left = string.Join(", ", workers.Where(worker => worker.Cursor.Low < log.Next)
            .Select(worker => string.Create(CultureInfo.InvariantCulture, $"{worker.Name} up to {log.Next - worker.Cursor.Low}")));
        if (left.Length == 0)
        {
            DeliveryMessages.StoppedEmpty(logger);
        }
        else
        {
            DeliveryMessages.StoppedWithRest(logger, left);
        }
    }

    /// <summary>Sends a dead letter once more, to its own instance only; it is removed when it was delivered.</summary>
    /// <returns>What the attempt came to; null when there is no such letter, its instance is gone, or it holds no alert.</returns>
    public async ValueTask<DeliveryResult?> ResendAsync(long id, CancellationToken cancellationToken)
    {
        if (deadLetters.Find(id) is not { } letter || Array.Find(workers, worker => worker.Name == letter.Output && worker.Type == letter.Type) is not { } target)
        {
            return null;
        }

        if (!AlertReader.TryRead(letter.Payload.Span, out var alert, out _, out _) || alert is null)
        {
            return null;
        }

        var result = await target.TryOnceAsync(alert, cancellationToken);
        if (result.Status == DeliveryStatus.Delivered)
        {
            await deadLetters.RemoveAsync(id);
        }

        return result;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await upkeep;
        foreach (var worker in workers)
        {
            await worker.DisposeAsync();
        }

        stop.Dispose();
    }

    private CursorPosition Start(DeliveryInstance instance, IReadOnlyList<CursorPosition>? saved)
    {
        var type = instance.Descriptor.Type;
        if (saved?.FirstOrDefault(position => position.Name == instance.Name && position.Type == type) is { } known)
        {
            return known;
        }

        var first = saved is null || instance.StartFromBeginning ? log.First : log.Next;
        return new CursorPosition(instance.Name, type, first, first, []);
    }

    private CursorPosition Orphan(CursorPosition position)
    {
        if (position.OrphanedAt != 0)
        {
            return position;
        }

        DeliveryMessages.Orphaned(logger, position.Name, position.Type, DurationText.Format(options.OrphanAfter));
        return position with { OrphanedAt = log.Time.Now };
    }

    private async Task UpkeepAsync()
    {
        // The first saves come sooner: a router that always dies young would otherwise deliver the same alerts in every one of its lives.
        var lastUpkeep = clock.GetTimestamp();
        using var timer = new PeriodicTimer(options.SaveInterval / FirstSaveShare, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                TrySave();
                RefuseWhenFull();
                if (timer.Period < options.SaveInterval)
                {
                    timer.Period = TimeSpan.FromTicks(Math.Min(timer.Period.Ticks * 2, options.SaveInterval.Ticks));
                }

                if (clock.GetElapsedTime(lastUpkeep) < UpkeepInterval)
                {
                    continue;
                }

                lastUpkeep = clock.GetTimestamp();
                TellOfClock();
                DropOrphans();
                HoldBudgets();
                Release();
            }
        }
        catch (OperationCanceledException)
        {
            // The router stops.
        }
    }

    private bool TrySave()
    {
        lock (turn)
        {
            var version = orphans.Count + workers.Sum(static worker => worker.Cursor.Version);
            if (version == savedVersion)
            {
                return true;
            }

            try
            {
                store.Save([.. workers.Select(static worker => worker.Position), .. orphans]);
                savedVersion = version;
                if (isSaveFailing)
                {
                    DeliveryMessages.SavedAgain(logger);
                }

                isSaveFailing = false;
                return true;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                if (!isSaveFailing)
                {
                    DeliveryMessages.NotSaved(logger, exception.Message);
                }

                isSaveFailing = true;
                return false;
            }
        }
    }

    private void DropOrphans()
    {
        var before = log.Time.Before(options.OrphanAfter);
        lock (turn)
        {
            for (var i = orphans.Count - 1; i >= 0; i--)
            {
                if (orphans[i].OrphanedAt > before)
                {
                    continue;
                }

                DeliveryMessages.OrphanDropped(logger, orphans[i].Name, orphans[i].Type, Math.Max(log.Next - orphans[i].Low, 0));
                orphans.RemoveAt(i);
                savedVersion = null;
            }
        }
    }

    private void HoldBudgets()
    {
        if (options.RefuseWhenFull)
        {
            return;
        }

        var position = Budget(1);
        foreach (var worker in workers)
        {
            worker.CutLoose(position);
        }
    }

    private void RefuseWhenFull()
    {
        if (!options.RefuseWhenFull)
        {
            return;
        }

        // It ends a little below the bound: at the bound itself, single alerts would let it come and go.
        var position = full is null ? Budget(1) : Budget(0.9);
        string[] behind = [.. workers.Where(worker => worker.Cursor.Low < position).Select(static worker => worker.Name)];
        if (behind.Length > 0)
        {
            if (full is null)
            {
                DeliveryMessages.BacklogFull(logger, string.Join(", ", behind));
            }

            full = string.Join(", ", behind);
        }
        else if (full is not null)
        {
            DeliveryMessages.BacklogHasRoom(logger);
            full = null;
        }
    }

    /// <summary>The position below which no undelivered alert may lie, with this share of the bounds.</summary>
    private long Budget(double share) => Math.Max(
        log.FindByBytes((long)(options.BacklogBytes * share)), log.FindByTime(UnixTime.ToDateTimeOffset(log.Time.Before(options.BacklogAge * share))));

    private void TellOfClock()
    {
        if (log.Time.TakeJump() is not { } jump)
        {
            return;
        }

        if (jump.By > TimeSpan.Zero)
        {
            DeliveryMessages.ClockAhead(logger, DurationText.About(jump.By));
        }
        else
        {
            DeliveryMessages.ClockBack(logger, DurationText.About(-jump.By));
        }
    }

    private void Release()
    {
        try
        {
            // Under the turn: a new instance's start lies above the low water of those before it, or is held by them.
            lock (turn)
            {
                log.Release(Math.Min(workers.Select(static worker => worker.Cursor.Low).Append(log.Next).Min(), orphans.Select(static orphan => orphan.Low).Append(log.Next).Min()));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            DeliveryMessages.UpkeepFailed(logger, exception.Message);
        }
    }
}
