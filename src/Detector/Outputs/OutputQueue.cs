using System.Threading.Channels;

namespace Saker.Detector.Outputs;

/// <summary>
/// The bounded queue in front of a output. The event loop never waits for it: when it is full the alert is dropped for this
/// output, counted, and said so, once when it begins and once when it is over.
/// </summary>
internal sealed partial class OutputQueue : IAsyncDisposable
{
    private readonly IAlertOutput output;
    private readonly ILogger logger;
    private readonly Channel<AlertLine> channel;
    private readonly CancellationTokenSource giveUp = new();
    private readonly Task worker;
    private long dropped, written, failed;
    private long droppedInRow;

    /// <param name="output">The output; disposed with the queue.</param>
    /// <param name="capacity">Alerts that may wait.</param>
    /// <param name="logger">Told about drops and faults.</param>
    public OutputQueue(IAlertOutput output, int capacity, ILogger logger)
    {
        this.output = output;
        this.logger = logger;
        channel = Channel.CreateBounded<AlertLine>(new BoundedChannelOptions(capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        worker = Task.Run(DrainAsync);
    }

    public string Name => output.Name;

    /// <summary>Alerts dropped because the queue was full.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Alerts written.</summary>
    public long Written => Interlocked.Read(ref written);

    /// <summary>Alerts that the output could not write.</summary>
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
        await output.DisposeAsync();
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
                    await output.WriteAsync(alert, giveUp.Token);
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
        [LoggerMessage(1201, LogLevel.Warning, "The queue of output {Output} is full; alerts are dropped for it until it catches up.")]
        public static partial void QueueFull(ILogger logger, string output);

        [LoggerMessage(1202, LogLevel.Warning, "Output {Output} takes alerts again; {Count} were dropped meanwhile.")]
        public static partial void DropsOver(ILogger logger, string output, long count);

        [LoggerMessage(1203, LogLevel.Error, "Output {Output} cannot write: {Reason}. Further failures are counted, not logged.")]
        public static partial void WriteFailed(ILogger logger, string output, string reason);

        [LoggerMessage(1204, LogLevel.Information, "Output {Output} writes again.")]
        public static partial void Recovered(ILogger logger, string output);

        [LoggerMessage(1205, LogLevel.Warning, "Output {Output} was stopped with {Count} alerts unwritten.")]
        public static partial void Left(ILogger logger, string output, int count);
    }
}
