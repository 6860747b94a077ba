using Saker.Alerts;
using Saker.Outputs;
using Saker.Router.Log;

namespace Saker.Router.Delivery;

/// <summary>
/// One instance's way through the log: reads in order, filters, batches what is there, and has it settled; with one request at a time
/// strictly in order, otherwise in parallel within its bound. It never waits for another instance.
/// </summary>
internal sealed class OutputWorker : IAsyncDisposable
{
    private static readonly TimeSpan FaultDelay = TimeSpan.FromSeconds(1);

    private readonly DeliveryInstance instance;
    private readonly IAlertLog log;
    private readonly BatchReader reader;
    private readonly IDeadLetters deadLetters;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly DeliveryOptions options;
    private readonly DeliveryAttempts attempts;
    private readonly OutputHealth health;
    private readonly OutputPause pause;
    private readonly int concurrency;
    private readonly SemaphoreSlim slots;
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource hurry; // no batch waits for more alerts after it; the stop includes it
    private Task running = Task.CompletedTask;
    private volatile Waiting? oldestWaiting;
    private List<PendingAlert>? witness; // taken up, and tried once, while the one before it is held back

    public OutputWorker(DeliveryInstance instance, CursorPosition start, IAlertLog log, IDeadLetters deadLetters, DeliveryOptions options, TimeProvider clock, ILogger logger, OutputCounters counters, AlertWatches watches)
    {
        (this.instance, this.log, this.deadLetters, this.clock, this.logger, this.options) = (instance, log, deadLetters, clock, logger, options);
        concurrency = instance.MaxConcurrentRequests > 0 ? instance.MaxConcurrentRequests : options.DefaultConcurrency;
        slots = new SemaphoreSlim(concurrency);
        hurry = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        Cursor = new Cursor(start);
        pause = new OutputPause(start.PausedAt);
        Counters = counters;
        health = new OutputHealth(instance.Name, clock, logger);
        attempts = new DeliveryAttempts(instance, options, clock, Counters, health, Cursor, log.Time) { Watches = watches };
        reader = new BatchReader(instance, log.OpenReader(start.Low), Cursor, Counters, watches, clock, logger);
    }

    /// <summary>What it delivers to.</summary>
    public DeliveryInstance Instance => instance;

    public string Name => instance.Name;

    public string Type => instance.Descriptor.Type;

    public Cursor Cursor { get; }

    public OutputCounters Counters { get; }

    public OutputStatus Status
    {
        get
        {
            var low = Cursor.Low;
            return new OutputStatus
            {
                Name = Name,
                Type = Type,
                Depth = Math.Max(log.Next - low, 0),
                OldestAge = (Cursor.OldestAccepted ?? OldestWaiting(low)) is { } accepted ? log.Time.AgeOf(accepted) : TimeSpan.Zero,
                LastError = health.LastError,
                FailingSince = health.FailingSince,
                BlockedSince = attempts.BlockedSince,
                PausedSince = pause.Since,
                Breaker = attempts.Breaker,
                Counters = Counters,
            };
        }
    }

    /// <summary>Its position with its pause, as they are saved.</summary>
    public CursorPosition Position => Cursor.Save() with { PausedAt = pause.SinceNanoseconds };

    /// <summary>When it was paused, in nanoseconds since 1970; 0 while it is not. While it is, nothing is taken up; what is under way goes on, retries included.</summary>
    public long PausedAt
    {
        get => pause.SinceNanoseconds;
        set => pause.Set(value);
    }

    public void Start() => running = Task.Run(RunAsync);

    /// <summary>Delivers what is in the log, and then ends. The task ends with the work or with the token, whichever is first.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.Register(static state => ((CancellationTokenSource)state!).Cancel(), stop);
        await hurry.CancelAsync();
        while (!running.IsCompleted && (Cursor.Ahead > 0 || (!pause.IsOn && Cursor.Low < log.Next)) && !stop.IsCancellationRequested)
        {
            await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(20), clock, stop.Token));
        }

        await stop.CancelAsync();
        await running;
    }

    /// <summary>Ends without breaking an attempt off: those under way end as they end, and none begins any more. The cursor says where to go on.</summary>
    public async Task FinishAsync()
    {
        await attempts.CloseAsync();
        await stop.CancelAsync();
        await running;
    }

    /// <summary>Has a blocked output try the next alert at once.</summary>
    public void TryNow() => attempts.TryNow();

    /// <summary>Gives up what lies below <paramref name="position"/>.</summary>
    public void CutLoose(long position)
    {
        var first = Counters.CutLoose == 0;
        var count = Cursor.CutLoose(position);
        if (count == 0)
        {
            return;
        }

        Counters.CountCutLoose(count);
        if (first)
        {
            DeliveryMessages.CutLoose(logger, Name, count);
        }
    }

    /// <summary>One attempt for one alert outside the order.</summary>
    public ValueTask<DeliveryResult> TryOnceAsync(Alert alert, CancellationToken cancellationToken) => attempts.TryOnceAsync(alert, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        reader.Dispose();
        attempts.Dispose();
        pause.Dispose();
        slots.Dispose();
        hurry.Dispose();
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await attempts.PrepareAsync(stop.Token);
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await StepAsync();
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    // A disk that cannot be read, or a fault in a filter: nothing is passed over, and the others go on.
                    health.Failed($"reading the log or filtering failed: {exception.GetType().Name}: {exception.Message}");
                    reader.GoBack();
                    await Task.Delay(FaultDelay, clock, stop.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The router stops; what is open stays open in the saved position.
        }

        for (var i = 0; i < concurrency; i++)
        {
            await slots.WaitAsync(CancellationToken.None);
        }
    }

    private async ValueTask StepAsync()
    {
        if (witness is null)
        {
            await pause.WaitAsync(stop.Token);
        }

        reader.PassCut();

        // An attempt may have ended on a thread that serves sockets; the disk must not hold that up.
        if (reader.IsBehind)
        {
            await Task.Yield();
        }

        var batch = witness ?? await reader.TakeAsync(hurry.Token, pause.Begins);
        witness = null;
        if (batch is null)
        {
            if (Cursor.IsFull)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), clock, stop.Token);
            }
            else
            {
                await reader.WaitAsync(stop.Token);
            }

            return;
        }

        await slots.WaitAsync(stop.Token);
        var settling = SettleAsync(batch);
        if (concurrency == 1)
        {
            await settling;
        }
    }

    private async Task SettleAsync(List<PendingAlert> batch)
    {
        try
        {
            await attempts.SettleAsync(batch, stop.Token);
            while (batch.Exists(static alert => alert.State == PendingState.Pending))
            {
                if (concurrency == 1)
                {
                    await AskWitnessAsync(batch);
                }

                await attempts.SettleAsync(batch, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was settled before the stop still counts.
        }
        finally
        {
            await ConcludeAsync(batch);
            slots.Release();
        }
    }

    /// <summary>
    /// One at a time, nothing shows whether a refusal is for the output or for this alert. So after some refusals the next alert is tried
    /// right behind a refused attempt: if it gets through, the refusal was for the alert, which is given up, and the order is kept.
    /// </summary>
    private async ValueTask AskWitnessAsync(List<PendingAlert> refused)
    {
        if (refused[0].Failures < options.MaxBlocked)
        {
            return;
        }

        witness ??= pause.IsOn ? null : reader.Read();
        if (witness is null)
        {
            return;
        }

        await attempts.TryAsWitnessAsync(witness, stop.Token);
        if (!witness.Exists(static alert => alert.State == PendingState.Delivered))
        {
            return;
        }

        foreach (var alert in refused.Where(static alert => alert.State == PendingState.Pending))
        {
            alert.GiveUp();
        }
    }

    // While the output is paused nothing is taken up that could say since when it waits.
    private long? OldestWaiting(long low)
    {
        if (!pause.IsOn || low >= log.Next)
        {
            return null;
        }

        var known = oldestWaiting;
        if (known?.Position == low)
        {
            return known.Accepted;
        }

        try
        {
            using var peek = log.OpenReader(low);
            return peek.TryRead(out var record) ? (oldestWaiting = new Waiting(low, record!.AcceptedNanoseconds)).Accepted : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // said when it is read for delivery
        }
    }

    private async ValueTask ConcludeAsync(List<PendingAlert> batch)
    {
        foreach (var alert in batch)
        {
            if (alert.State == PendingState.Pending)
            {
                continue;
            }

            DeliveryMessages.Settled(logger, Name, alert.Alert.Uuid, alert.State);
            if (alert.State is PendingState.Delivered or PendingState.Skipped or PendingState.CutLoose || await KeepDeadLetterAsync(alert))
            {
                Cursor.Done(alert);
            }
        }
    }

    /// <summary>Keeps a dead letter before the cursor passes the alert; false when the router stops before it could be kept.</summary>
    private async ValueTask<bool> KeepDeadLetterAsync(PendingAlert alert)
    {
        var letter = new DeadLetter
        {
            Output = Name,
            Type = Type,
            Reason = alert.State.ToString().ToLowerInvariant(),
            Answer = alert.Reason,
            Attempts = alert.Failures,
            Accepted = alert.Record.Accepted,
            Payload = alert.Record.Payload,
        };
        for (var said = false; ; said = true)
        {
            var result = await deadLetters.AddAsync(letter);
            if (result.IsStored)
            {
                break;
            }

            if (!said)
            {
                DeliveryMessages.DeadLetterNotKept(logger, Name, result.Status.ToString());
            }

            if (stop.IsCancellationRequested || result.Status == AppendStatus.Closed)
            {
                return false;
            }

            await Task.Delay(FaultDelay, clock, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Counters.CountDeadLetter();
        health.DeadLettered(alert, Counters.DeadLetters);
        return true;
    }

    /// <summary>When the record at a position was accepted.</summary>
    private sealed record Waiting(long Position, long Accepted);
}
