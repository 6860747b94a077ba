using Polly;
using Polly.Retry;

namespace Saker.Detector.Outputs;

/// <summary>Why an output did not take an alert.</summary>
/// <param name="At">When.</param>
/// <param name="Reason">The reason, without secrets.</param>
internal sealed record OutputTrouble(DateTimeOffset At, string Reason);

/// <summary>
/// The bounded queue in front of an output. Live, the event loop never waits for it: when it is full the alert is dropped for this
/// output. Events that can wait, those of a capture, wait. With a spool, alerts go from the queue to disk and wait there. What is lost
/// is counted, and told when it begins, now and then while it lasts, and when it is over, with sums.
/// </summary>
internal sealed partial class OutputQueue : IAsyncDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ByteRoomInterval = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan UnreadableInterval = TimeSpan.FromMilliseconds(100);

    private readonly IAlertOutput output;
    private readonly IBatchOutput? several;
    private readonly QueueSettings settings;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly CancellationToken stop;
    private readonly AlertChannel channel;
    private readonly IAlertBacklog backlog;
    private readonly SpoolBacklog? spool;
    private readonly CancellationTokenSource giveUp = new();
    private readonly ResiliencePipeline attempts;
    private readonly LastingTrouble drops;
    private readonly LastingTrouble failures;
    private readonly SlowWatch slow;
    private readonly Task worker;
    private long dropped, written, failed;
    private volatile bool isFailing;
    private volatile OutputTrouble? lastTrouble;
    private int settledBeyond;
    private bool isStopped;

    /// <param name="output">The output; disposed with the queue.</param>
    /// <param name="settings">How much waits, and what waits for what.</param>
    /// <param name="clock">The time that pauses and reports go by.</param>
    /// <param name="logger">Told about drops and faults.</param>
    /// <param name="stop">Ends the waiting of who writes into a full queue.</param>
    public OutputQueue(IAlertOutput output, QueueSettings settings, TimeProvider clock, ILogger logger, CancellationToken stop = default)
    {
        this.output = output;
        several = output as IBatchOutput;
        this.settings = settings;
        this.clock = clock;
        this.logger = logger;
        this.stop = stop;
        drops = new LastingTrouble(clock);
        failures = new LastingTrouble(clock);
        slow = new SlowWatch(output.Name, several?.IsFetchedFrom == true ? TimeSpan.Zero : settings.SlowAfter, clock, logger);
        channel = new AlertChannel(settings.Capacity, settings.MostBytes);
        attempts = Attempts(clock);
        spool = settings.Spool is null ? null : new SpoolBacklog(output.Name, channel, settings, Drop, clock, logger);
        backlog = spool ?? (IAlertBacklog)new MemoryBacklog(channel);
        output.Start();
        worker = Task.Run(DrainAsync, CancellationToken.None);
    }

    public string Name => output.Name;

    /// <summary>Alerts dropped because the queue, or the spool, was full.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Alerts written.</summary>
    public long Written => Interlocked.Read(ref written);

    /// <summary>Alerts that were given up, since the output could not write them or refused them.</summary>
    public long Failed => Interlocked.Read(ref failed);

    /// <summary>Alerts that wait.</summary>
    public long Waiting => backlog.Waiting;

    /// <summary>How often the other side had to be begun anew.</summary>
    public long Restarts => output.Restarts;

    /// <summary>Whether the last attempt failed, or the present one takes long.</summary>
    public bool IsFailing => isFailing || slow.IsSlow;

    /// <summary>Why the last attempt that failed did so; null when none has.</summary>
    public OutputTrouble? LastTrouble => lastTrouble;

    /// <summary>Whether alerts were dropped lately.</summary>
    public bool IsDropping => drops.Lasts;

    /// <summary>After the stop: alerts that lie on disk, and are sent at the next start.</summary>
    public long Kept { get; private set; }

    /// <summary>What waits on disk; null without a spool.</summary>
    public SpoolFigures? Spool => spool?.Figures;

    /// <summary>Queues an alert; false when it had to be dropped.</summary>
    public bool Write(AlertLine alert)
    {
        var wanted = several is null ? alert : alert.InFull();
        if (channel.TryWrite(wanted) || (settings.WritersWait && WaitForRoom(wanted)))
        {
            if (drops.IsOver(out var sum))
            {
                Log.DropsOver(logger, Name, sum);
            }

            return true;
        }

        Interlocked.Increment(ref dropped);
        if (drops.Add(out var count))
        {
            Log.QueueFull(logger, Name, channel.Count, channel.Bytes >> 10, count);
        }

        return false;
    }

    /// <summary>Has the output open anew what it writes to (SIGUSR1).</summary>
    public void Reopen() => output.Reopen();

    /// <summary>Takes no more alerts and writes those that wait: for as long as it takes until the token fires, and then for a while.</summary>
    /// <param name="patience">For how long after the token has fired.</param>
    /// <param name="until">Fires when the stop is wanted.</param>
    /// <returns>How many were left unwritten and are lost.</returns>
    public async Task<int> StopAsync(TimeSpan patience, CancellationToken until)
    {
        if (isStopped)
        {
            return 0;
        }

        channel.Complete();
        // What lies on disk need not wait for an output that takes nothing.
        await using (until.Register(() => giveUp.CancelAfter(spool is not null && IsFailing ? TimeSpan.Zero : patience)))
        {
            await worker;
        }

        isStopped = true;
        var (lost, kept) = await backlog.CloseAsync();
        var left = lost - settledBeyond;
        Kept = kept;
        if (left > 0)
        {
            Log.Left(logger, Name, left);
        }

        if (kept > 0)
        {
            Log.Kept(logger, Name, kept, settings.Spool!.Folder);
        }

        return left;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero, new CancellationToken(canceled: true));
        await output.DisposeAsync();
        await backlog.DisposeAsync();
        slow.Dispose();
        giveUp.Dispose();
    }

    // For a thread of the caller's own, which has nothing else to do.
    private bool WaitForRoom(AlertLine alert)
    {
        try
        {
#pragma warning disable VSTHRD002 // the event thread is nobody else's, and waiting is what it is to do
            while (channel.WaitToWriteAsync(stop).AsTask().GetAwaiter().GetResult())
#pragma warning restore VSTHRD002
            {
                if (channel.TryWrite(alert))
                {
                    return true;
                }

                stop.WaitHandle.WaitOne(ByteRoomInterval); // it is bytes that there is no room for, of which nobody tells
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Nobody waits any longer; the alert counts as dropped.
        }

        return false;
    }

    private async Task DrainAsync()
    {
        try
        {
            while (await backlog.WaitAsync(giveUp.Token))
            {
                var alerts = backlog.Peek(several?.MostAtOnce ?? 1);
                if (alerts.Count == 0)
                {
                    await Task.Delay(UnreadableInterval, clock, giveUp.Token);
                    continue;
                }

                await WriteAsync(new AlertBatch(alerts));
            }
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            // The stop's patience is over; StopAsync counts what is left.
        }
    }

    private async Task WriteAsync(AlertBatch batch)
    {
        try
        {
            await attempts.ExecuteAsync(token => AttemptAsync(batch, token), giveUp.Token);
        }
        catch (IOException exception)
        {
            foreach (var index in batch.Open())
            {
                batch.Refused(index, exception.Message);
            }

            Count(batch);
        }
        finally
        {
            settledBeyond = spool is null ? batch.SettledBeyond : 0;
            backlog.Settle(batch.SettledPrefix);
        }
    }

    private async ValueTask AttemptAsync(AlertBatch batch, CancellationToken cancellationToken)
    {
        slow.Begin();
        try
        {
            if (several is not null)
            {
                await several.WriteAsync(batch, cancellationToken);
            }
            else
            {
                await output.WriteAsync(batch[0], cancellationToken);
                batch.Written(0);
            }
        }
        finally
        {
            slow.End();
            Count(batch);
        }
    }

    private void Count(AlertBatch batch)
    {
        var (taken, refused, reason) = batch.TakeNews();
        isFailing = reason is not null || (isFailing && taken == 0);
        Interlocked.Add(ref written, taken);
        Interlocked.Add(ref failed, refused);
        if (reason is not null)
        {
            Failing(reason);
        }
        else if (taken > 0)
        {
            Succeeded();
        }
    }

    // For the spool, which takes alerts from the queue.
    private void Drop() => Interlocked.Increment(ref dropped);

    private ResiliencePipeline Attempts(TimeProvider clock) => !settings.Retries ? ResiliencePipeline.Empty
        : new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(200),
            MaxDelay = LongestPause,
            UseJitter = true,
            ShouldHandle = static attempt => ValueTask.FromResult(attempt.Outcome.Exception is IOException and not AlertRefusedException),
            // Null leaves the pause to the back-off.
            DelayGenerator = static attempt => ValueTask.FromResult((attempt.Outcome.Exception as OutputBusyException)?.Pause),
            OnRetry = attempt =>
            {
                Failing(attempt.Outcome.Exception!.Message);
                return ValueTask.CompletedTask;
            },
        }).Build();

    private void Succeeded()
    {
        isFailing = false;
        if (failures.IsOver(out var sum))
        {
            Log.Recovered(logger, Name, sum, Failed);
        }
    }

    private void Failing(string reason)
    {
        isFailing = true;
        lastTrouble = new OutputTrouble(clock.GetUtcNow(), reason);
        if (failures.Add(out var sum))
        {
            Log.Failing(logger, Name, reason, sum, Waiting, Failed + Dropped);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1201, LogLevel.Warning, "Output {Output} is too slow: {Waiting} alerts wait ({Kibibytes} KiB), and more are dropped for it ({Count} since this was told last).")]
        public static partial void QueueFull(ILogger logger, string output, int waiting, long kibibytes, long count);

        [LoggerMessage(1202, LogLevel.Warning, "Output {Output} keeps up again; {Count} alerts were dropped for it meanwhile.")]
        public static partial void DropsOver(ILogger logger, string output, long count);

        [LoggerMessage(1203, LogLevel.Error, "Output {Output} does not take alerts: {Reason} ({Count} attempts failed since this was told last; {Waiting} alerts wait, {Lost} are lost since the start).")]
        public static partial void Failing(ILogger logger, string output, string reason, long count, long waiting, long lost);

        [LoggerMessage(1204, LogLevel.Information, "Output {Output} takes alerts again, after {Count} failed attempts; {Lost} alerts were given up since the start.")]
        public static partial void Recovered(ILogger logger, string output, long count, long lost);

        [LoggerMessage(1205, LogLevel.Warning, "Output {Output} was stopped with {Count} alerts unwritten.")]
        public static partial void Left(ILogger logger, string output, int count);

        [LoggerMessage(1206, LogLevel.Information, "Output {Output} was stopped with {Count} alerts in its spool {Folder}; they are sent at the next start.")]
        public static partial void Kept(ILogger logger, string output, long count, string folder);
    }
}
