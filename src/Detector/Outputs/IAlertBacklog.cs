using System.Threading.Channels;

namespace Saker.Detector.Outputs;

/// <summary>Alerts that wait for an output, in order. For the one task that writes them.</summary>
internal interface IAlertBacklog : IAsyncDisposable
{
    /// <summary>Alerts that wait.</summary>
    long Waiting { get; }

    /// <summary>Waits until there is an alert; false when none will come any more.</summary>
    ValueTask<bool> WaitAsync(CancellationToken cancellationToken);

    /// <summary>The next alerts, which stay until they are settled. None where those that are there cannot be read, for now or for ever.</summary>
    /// <param name="most">So many at most.</param>
    IReadOnlyList<AlertLine> Peek(int most);

    /// <summary>The first alerts are done with.</summary>
    void Settle(int count);

    /// <summary>After the end of writing: brings what is left to where it will last. Returns how many are lost, and how many are kept.</summary>
    ValueTask<(int Lost, long Kept)> CloseAsync();
}

/// <summary>Alerts that wait in memory, and are lost at the end.</summary>
internal sealed class MemoryBacklog(ChannelReader<AlertLine> incoming) : IAlertBacklog
{
    // What one batch may hold; an alert that is larger goes alone.
    internal const int MostBytes = 1 << 20;

    private readonly List<AlertLine> held = [];

    // An alert that is being written does not wait.
    public long Waiting => incoming.Count + Math.Max(0, held.Count - 1);

    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => held.Count > 0 || await incoming.WaitToReadAsync(cancellationToken);

    public IReadOnlyList<AlertLine> Peek(int most)
    {
        var bytes = held.Sum(static alert => (long)alert.Line.Length);
        while (held.Count < most && bytes < MostBytes && incoming.TryRead(out var alert))
        {
            held.Add(alert);
            bytes += alert.Line.Length;
        }

        return [.. held];
    }

    public void Settle(int count) => held.RemoveRange(0, count);

    public ValueTask<(int Lost, long Kept)> CloseAsync()
    {
        var left = held.Count;
        held.Clear();
        while (incoming.TryRead(out _))
        {
            left++;
        }

        return new((left, 0));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
