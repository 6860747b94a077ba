using System.Threading.Channels;

namespace Saker.Detector.Outputs;

/// <summary>What lies in a spool, and what was found damaged there.</summary>
/// <param name="Alerts">Alerts that wait.</param>
/// <param name="Bytes">Bytes of its files.</param>
/// <param name="CutBytes">Bytes that were no whole alert, and were cut off or passed over.</param>
/// <param name="Damaged">Damaged places between whole alerts: so many alerts at least are lost.</param>
/// <param name="Dropped">Alerts that were dropped since it was full.</param>
internal readonly record struct SpoolFigures(long Alerts, long Bytes, long CutBytes, long Damaged, long Dropped);

/// <summary>
/// Alerts that wait on disk. One task brings them there as they come, whatever the output does; the queue's own task reads them.
/// A folder that another detector has, or that cannot be opened, has alerts wait in the queue, and is tried again.
/// </summary>
internal sealed partial class SpoolBacklog : IAlertBacklog
{
    private static readonly TimeSpan RoomInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan OpenInterval = TimeSpan.FromMilliseconds(100);

    private readonly string name;
    private readonly ChannelReader<AlertLine> incoming;
    private readonly QueueSettings settings;
    private readonly Action drop;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly LastingTrouble full;
    private readonly LastingTrouble closed;
    private readonly LastingTrouble disk;
    private readonly CancellationTokenSource end = new();
    private readonly Channel<bool> news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Task intake;
    private volatile AlertSpool? spool;
    private volatile bool isComplete;
    private long dropped;

    /// <param name="name">The output.</param>
    /// <param name="incoming">Alerts as they come.</param>
    /// <param name="settings">Where and how much.</param>
    /// <param name="drop">Counts an alert for which there was no room.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Told about losses and faults.</param>
    public SpoolBacklog(string name, ChannelReader<AlertLine> incoming, QueueSettings settings, Action drop, TimeProvider clock, ILogger logger)
    {
        this.name = name;
        this.incoming = incoming;
        this.settings = settings;
        this.drop = drop;
        this.clock = clock;
        this.logger = logger;
        full = new LastingTrouble(clock);
        closed = new LastingTrouble(clock);
        disk = new LastingTrouble(clock);
        intake = Task.Run(TakeInAsync, CancellationToken.None);
    }

    public long Waiting => incoming.Count + (spool?.Waiting ?? 0);

    /// <summary>What there is to say of it.</summary>
    public SpoolFigures Figures => new(spool?.Waiting ?? 0, spool?.Bytes ?? 0, spool?.CutBytes ?? 0, spool?.Damaged ?? 0, Interlocked.Read(ref dropped));

    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var complete = isComplete; // before it is looked whether something waits
            if (spool?.Waiting > 0)
            {
                return true;
            }

            if (complete)
            {
                return false;
            }

            await news.Reader.ReadAsync(cancellationToken);
        }
    }

    public IReadOnlyList<AlertLine> Peek(int most)
    {
        try
        {
            var damaged = spool!.Damaged;
            var alerts = spool.Peek(most, MemoryBacklog.MostBytes);
            TellDamage(spool, damaged);
            return alerts;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Trouble(exception);
            return [];
        }
    }

    public void Settle(int count)
    {
        try
        {
            spool!.Settle(count);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Trouble(exception);
        }
    }

    public async ValueTask<(int Lost, long Kept)> CloseAsync()
    {
        await end.CancelAsync();
        await intake;
        var lost = 0;
        while (incoming.TryRead(out var alert))
        {
            lost += spool is { } open && Append(open, alert) ? 0 : 1;
        }

        var onlyInMemory = spool?.InMemory ?? 0;
        return (lost + onlyInMemory, (spool?.Waiting ?? 0) - onlyInMemory);
    }

    public ValueTask DisposeAsync()
    {
        spool?.Dispose();
        end.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task TakeInAsync()
    {
        try
        {
            var open = await OpenAsync();
            news.Writer.TryWrite(true);
            await foreach (var alert in incoming.ReadAllAsync(end.Token))
            {
                await TakeInAsync(open, alert);
                news.Writer.TryWrite(true);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // CloseAsync brings in what has come.
        }
        finally
        {
            isComplete = true;
            news.Writer.TryWrite(true);
        }
    }

    private async ValueTask TakeInAsync(AlertSpool open, AlertLine alert)
    {
        while (!Append(open, alert))
        {
            if (settings.WritersWait && !end.IsCancellationRequested)
            {
                await Task.Delay(RoomInterval, clock, CancellationToken.None);
                continue;
            }

            drop();
            var all = Interlocked.Increment(ref dropped);
            if (full.Add(out var count))
            {
                Full(logger, name, settings.Spool!.MaxBytes >> 20, count, all);
            }

            return;
        }

        if (full.IsOver(out var sum))
        {
            RoomAgain(logger, name, sum);
        }
    }

    private async Task<AlertSpool> OpenAsync()
    {
        while (true)
        {
            try
            {
                var opened = AlertSpool.Open(settings.Spool!.Folder, settings.Spool.MaxBytes, (settings.Capacity, settings.MostBytes));
                TellDamage(opened, 0);
                if (opened.Damaged == 0 && opened.CutBytes > 0)
                {
                    Cut(logger, name, opened.CutBytes, settings.Spool.Folder);
                }

                if (opened.Waiting > 0)
                {
                    Found(logger, name, opened.Waiting, settings.Spool.Folder);
                }

                spool = opened;
                return opened;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                if (closed.Add(out var count))
                {
                    NotOpen(logger, name, settings.Spool!.Folder, exception.Message, count);
                }

                await Task.Delay(OpenInterval, clock, end.Token);
            }
        }
    }

    private bool Append(AlertSpool open, AlertLine alert)
    {
        var isKept = open.Append(alert, out var fault);
        if (fault is not null)
        {
            Trouble(fault);
        }
        else if (isKept && disk.IsOver(out var sum))
        {
            DiskAgain(logger, name, sum);
        }

        return isKept;
    }

    private void TellDamage(AlertSpool of, long before)
    {
        if (of.Damaged > before)
        {
            Damage(logger, name, of.Damaged - before, of.CutBytes, settings.Spool!.Folder);
        }
    }

    private void Trouble(Exception exception)
    {
        if (disk.Add(out var count))
        {
            DiskFault(logger, name, exception.Message, count, spool?.InMemory ?? 0);
        }
    }

    [LoggerMessage(1211, LogLevel.Warning, "The spool of output {Output} is full (outputs_spool.max_size_mib: {Mebibytes}): new alerts are dropped for it ({Count} since this was told last, {All} since the start).")]
    private static partial void Full(ILogger logger, string output, long mebibytes, long count, long all);

    [LoggerMessage(1212, LogLevel.Warning, "The spool of output {Output} has room again; {Count} alerts were dropped meanwhile.")]
    private static partial void RoomAgain(ILogger logger, string output, long count);

    [LoggerMessage(1213, LogLevel.Error, "The spool of output {Output} cannot be used: {Reason} ({Count} times since this was told last; {InMemory} alerts wait in memory alone).")]
    private static partial void DiskFault(ILogger logger, string output, string reason, long count, int inMemory);

    [LoggerMessage(1214, LogLevel.Information, "The spool of output {Output} can be used again, after {Count} failures.")]
    private static partial void DiskAgain(ILogger logger, string output, long count);

    [LoggerMessage(1215, LogLevel.Warning, "The spool of output {Output} had {Bytes} bytes that are no whole alert, as a crash leaves them; they were cut off ({Folder}).")]
    private static partial void Cut(ILogger logger, string output, long bytes, string folder);

    [LoggerMessage(1216, LogLevel.Information, "The spool of output {Output} holds {Count} alerts of before; they are sent first ({Folder}).")]
    private static partial void Found(ILogger logger, string output, long count, string folder);

    [LoggerMessage(1217, LogLevel.Error, "The spool of output {Output} cannot be opened, and its alerts wait: {Folder}: {Reason} ({Count} times since this was told last). Does another detector use it? Give each a folder of its own (outputs_spool.folder).")]
    private static partial void NotOpen(ILogger logger, string output, string folder, string reason, long count);

    [LoggerMessage(1218, LogLevel.Error, "The spool of output {Output} is damaged in {Count} places: so many alerts at least are lost ({Bytes} bytes are no whole alert); those behind them are sent. Check the disk ({Folder}).")]
    private static partial void Damage(ILogger logger, string output, long count, long bytes, string folder);
}
