using System.Threading.Channels;

namespace Saker.Detector.Outputs;

/// <summary>
/// The way into an output's queue, with a bound for the number of alerts and one for their bytes: whoever makes long command lines could
/// else fill the memory with few. One alert always has room. The other end of it is the reader.
/// </summary>
/// <param name="capacity">Alerts that may wait.</param>
/// <param name="mostBytes">What they may have together, bytes.</param>
internal sealed class AlertChannel(int capacity, long mostBytes) : ChannelReader<AlertLine>
{
    private readonly Channel<AlertLine> channel = Channel.CreateBounded<AlertLine>(
        new BoundedChannelOptions(capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private long bytes;

    /// <inheritdoc/>
    public override bool CanCount => true;

    /// <inheritdoc/>
    public override int Count => channel.Reader.Count;

    /// <summary>What the alerts have together, bytes.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>Takes an alert; false when there is no room, or no more are taken.</summary>
    public bool TryWrite(AlertLine alert)
    {
        var size = alert.Line.Length;
        var together = Interlocked.Add(ref bytes, size);
        if ((together <= mostBytes || together == size) && channel.Writer.TryWrite(alert))
        {
            return true;
        }

        Interlocked.Add(ref bytes, -size);
        return false;
    }

    /// <summary>Waits until there may be room; false when no more are taken.</summary>
    public ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken) => channel.Writer.WaitToWriteAsync(cancellationToken);

    /// <summary>No more are taken.</summary>
    public void Complete() => channel.Writer.TryComplete();

    /// <inheritdoc/>
    public override bool TryRead(out AlertLine item)
    {
        if (!channel.Reader.TryRead(out item))
        {
            return false;
        }

        Interlocked.Add(ref bytes, -item.Line.Length);
        return true;
    }

    /// <inheritdoc/>
    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => channel.Reader.WaitToReadAsync(cancellationToken);
}
