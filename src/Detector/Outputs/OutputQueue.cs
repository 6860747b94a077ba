using System.Threading.Channels;
using Polly;
using Polly.Retry;

namespace Saker.Detector.Outputs;

/// <summary>
/// The bounded queue in front of an output. Live, the event loop never waits for it: when it is full the alert is dropped for this
/// output. Events that can wait, those of a capture, wait. What is lost is counted, and told when it begins, now and then while it
/// lasts, and when it is over, with sums.
/// </summary>
internal sealed partial class OutputQueue : IAsyncDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly IAlertOutput output;
    private readonly QueueSettings settings;
    private readonly ILogger logger;
    private readonly CancellationToken stop;
    private readonly Channel<AlertLine> channel;
    private readonly CancellationTokenSource giveUp = new();
    private readonly ResiliencePipeline attempts;
    private readonly LastingTrouble drops;
    private readonly LastingTrouble failures;
    private readonly Task worker;
    private long dropped, written, failed;
    private volatile bool isFailing;
    private bool inHand;

    /// <param name="output">The output; disposed with the queue.</param>
    /// <param name="settings">How much waits, and what waits for what.</param>
    /// <param name="clock">The time that pauses and reports go by.</param>
    /// <param name="logger">Told about drops and faults.</param>
    /// <param name="stop">Ends the waiting of who writes into a full queue.</param>
    public OutputQueue(IAlertOutput output, QueueSettings settings, TimeProvider clock, ILogger logger, CancellationToken stop = default)
    {
        this.output = output;
        this.settings = settings;
        this.logger = logger;
        this.stop = stop;
        drops = new LastingTrouble(clock);
        failures = new LastingTrouble(clock);
        channel = Channel.CreateBounded<AlertLine>(new BoundedChannelOptions(settings.Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        attempts = Attempts(clock);
        worker = Task.Run(DrainAsync, CancellationToken.None);
    }

    public string Name => output.Name;

    /// <summary>Alerts dropped because the queue was full.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Alerts written.</summary>
    public long Written => Interlocked.Read(ref written);

    /// <summary>Alerts that were given up, since the output could not write them or refused them.</summary>
    public long Failed => Interlocked.Read(ref failed);

    /// <summary>Alerts that wait.</summary>
    public int Waiting => channel.Reader.Count;

    /// <summary>Whether the last attempt failed.</summary>
    public bool IsFailing => isFailing;

    /// <summary>Whether alerts were dropped lately.</summary>
    public bool IsDropping => drops.Lasts;

    /// <summary>Queues an alert; false when it had to be dropped.</summary>
    public bool Write(AlertLine alert)
    {
        if (channel.Writer.TryWrite(alert) || (settings.WritersWait && WaitForRoom(alert)))
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
            Log.QueueFull(logger, Name, settings.Capacity, count);
        }

        return false;
    }

    /// <summary>Has the output open anew what it writes to (SIGUSR1).</summary>
    public void Reopen() => output.Reopen();

    /// <summary>Takes no more alerts and writes those that wait: for as long as it takes until the token fires, and then for a while.</summary>
    /// <param name="patience">For how long after the token has fired.</param>
    /// <param name="until">Fires when the stop is wanted.</param>
    /// <returns>How many were left unwritten.</returns>
    public async Task<int> StopAsync(TimeSpan patience, CancellationToken until)
    {
        channel.Writer.TryComplete();
        await using (until.Register(() => giveUp.CancelAfter(patience)))
        {
            await worker;
        }

        var left = inHand ? 1 : 0;
        inHand = false;
        while (channel.Reader.TryRead(out _))
        {
            left++;
        }

        if (left > 0)
        {
            Log.Left(logger, Name, left);
        }

        return left;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero, new CancellationToken(canceled: true));
        await output.DisposeAsync();
        giveUp.Dispose();
    }

    // For a thread of the caller's own, which has nothing else to do.
    private bool WaitForRoom(AlertLine alert)
    {
        try
        {
#pragma warning disable VSTHRD002 // the event thread is nobody else's, and waiting is what it is to do
            while (channel.Writer.WaitToWriteAsync(stop).AsTask().GetAwaiter().GetResult())
#pragma warning restore VSTHRD002
            {
                if (channel.Writer.TryWrite(alert))
                {
                    return true;
                }
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
            await foreach (var alert in channel.Reader.ReadAllAsync(giveUp.Token))
            {
                inHand = true;
                try
                {
                    await attempts.ExecuteAsync(token => output.WriteAsync(alert, token), giveUp.Token);
                    Succeeded();
                }
                catch (IOException exception)
                {
                    Interlocked.Increment(ref failed);
                    Failing(exception.Message);
                }

                inHand = false;
            }
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            // The stop's patience is over; StopAsync counts what is left.
        }
    }

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
        Interlocked.Increment(ref written);
        isFailing = false;
        if (failures.IsOver(out var sum))
        {
            Log.Recovered(logger, Name, sum, Failed);
        }
    }

    private void Failing(string reason)
    {
        isFailing = true;
        if (failures.Add(out var sum))
        {
            Log.Failing(logger, Name, reason, sum, Waiting, Failed + Dropped);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1201, LogLevel.Warning, "Output {Output} is too slow: {Capacity} alerts wait, and more are dropped for it ({Count} since this was told last).")]
        public static partial void QueueFull(ILogger logger, string output, int capacity, long count);

        [LoggerMessage(1202, LogLevel.Warning, "Output {Output} keeps up again; {Count} alerts were dropped for it meanwhile.")]
        public static partial void DropsOver(ILogger logger, string output, long count);

        [LoggerMessage(1203, LogLevel.Error, "Output {Output} does not take alerts: {Reason} ({Count} attempts failed since this was told last; {Waiting} alerts wait, {Lost} are lost since the start).")]
        public static partial void Failing(ILogger logger, string output, string reason, long count, int waiting, long lost);

        [LoggerMessage(1204, LogLevel.Information, "Output {Output} takes alerts again, after {Count} failed attempts; {Lost} alerts were given up since the start.")]
        public static partial void Recovered(ILogger logger, string output, long count, long lost);

        [LoggerMessage(1205, LogLevel.Warning, "Output {Output} was stopped with {Count} alerts unwritten.")]
        public static partial void Left(ILogger logger, string output, int count);
    }
}
