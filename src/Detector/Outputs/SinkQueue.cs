using System.Threading.Channels;

namespace Saker.Detector.Outputs;

/// <summary>
/// The bounded queue in front of a sink. The event loop never waits for it: when it is full the alert is dropped for this
/// sink, counted, and said so, once when it begins and once when it is over.
/// </summary>
internal sealed partial class SinkQueue : IAsyncDisposable
{
    private readonly IAlertSink sink;
    private readonly ILogger logger;
    private readonly Channel<AlertLine> channel;
    private readonly CancellationTokenSource giveUp = new();
    private readonly Task worker;
    private long dropped, written, failed;
    private long droppedInRow;

    /// <param name="sink">The sink; disposed with the queue.</param>
    /// <param name="capacity">Alerts that may wait.</param>
    /// <param name="logger">Told about drops and faults.</param>
    public SinkQueue(IAlertSink sink, int capacity, ILogger logger)
    {
        this.sink = sink;
        this.logger = logger;
        channel = Channel.CreateBounded<AlertLine>(new BoundedChannelOptions(capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        worker = Task.Run(DrainAsync);
    }

    public string Name => sink.Name;

    /// <summary>Alerts dropped because the queue was full.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Alerts written.</summary>
    public long Written => Interlocked.Read(ref written);

    /// <summary>Alerts that the sink could not write.</summary>
    public long Failed => Interlocked.Read(ref failed);

    /// <summary>Queues an alert; false when it had to be dropped.</summary>
    public bool TryWrite(AlertLine alert)
    {
        if (channel.Writer.TryWrite(alert))
        {
            if (Interlocked.Exchange(ref droppedInRow, 0) is > 0 and var row)
            {
                Log.DropsOver(logger, Name, row);
            }

            return true;
        }

        Interlocked.Increment(ref dropped);
        if (Interlocked.Increment(ref droppedInRow) == 1)
        {
            Log.QueueFull(logger, Name);
        }

        return false;
    }

    /// <summary>Takes no more alerts and writes those that wait, for at most <paramref name="patience"/>.</summary>
    /// <returns>How many were left unwritten.</returns>
    public async Task<int> StopAsync(TimeSpan patience)
    {
        channel.Writer.TryComplete();
        giveUp.CancelAfter(patience);
        await worker;
        var left = 0;
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
        await StopAsync(TimeSpan.Zero);
        await sink.DisposeAsync();
        giveUp.Dispose();
    }

    private async Task DrainAsync()
    {
        var failing = false;
        try
        {
            await foreach (var alert in channel.Reader.ReadAllAsync(giveUp.Token))
            {
                try
                {
                    await sink.WriteAsync(alert, giveUp.Token);
                    Interlocked.Increment(ref written);
                    if (failing)
                    {
                        Log.Recovered(logger, Name);
                    }

                    failing = false;
                }
                catch (IOException exception)
                {
                    Interlocked.Increment(ref failed);
                    if (!failing)
                    {
                        Log.WriteFailed(logger, Name, exception.Message);
                    }

                    failing = true;
                }
            }
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            // The stop's patience is over; StopAsync counts what is left.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1201, LogLevel.Warning, "The queue of output {Sink} is full; alerts are dropped for it until it catches up.")]
        public static partial void QueueFull(ILogger logger, string sink);

        [LoggerMessage(1202, LogLevel.Warning, "Output {Sink} takes alerts again; {Count} were dropped meanwhile.")]
        public static partial void DropsOver(ILogger logger, string sink, long count);

        [LoggerMessage(1203, LogLevel.Error, "Output {Sink} cannot write: {Reason}. Further failures are counted, not logged.")]
        public static partial void WriteFailed(ILogger logger, string sink, string reason);

        [LoggerMessage(1204, LogLevel.Information, "Output {Sink} writes again.")]
        public static partial void Recovered(ILogger logger, string sink);

        [LoggerMessage(1205, LogLevel.Warning, "Output {Sink} was stopped with {Count} alerts unwritten.")]
        public static partial void Left(ILogger logger, string sink, int count);
    }
}
