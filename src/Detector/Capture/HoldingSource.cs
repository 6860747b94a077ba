namespace Saker.Detector.Capture;

/// <summary>
/// A source that can be held: between <see cref="Hold"/> and <see cref="Resume"/> a thread of its own takes the events out of
/// the rings into a bounded backlog, so that whoever reads them can look at /proc meanwhile and nothing overflows. Afterwards
/// they come out of <see cref="Read"/> first. What the backlog had no room for is counted as lost.
/// </summary>
/// <param name="inner">The source; belongs to this one from now on.</param>
/// <param name="capBytes">Bytes that held events may take.</param>
internal sealed class HoldingSource(IEventSource inner, long capBytes = HoldingSource.DefaultCapBytes) : IEventSource
{
    /// <summary>64 MiB: about half a million events.</summary>
    public const long DefaultCapBytes = 64L << 20;

    private const int BatchSize = 512;
    private static readonly TimeSpan DrainWait = TimeSpan.FromMilliseconds(20);

    private readonly EventBacklog backlog = new(capBytes);
    private Thread? drain;
    private volatile bool held;
    private bool innerRead;

    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public bool Ended => inner.Ended && backlog.IsEmpty;

    /// <inheritdoc/>
    public IReadOnlyList<string> Attached => inner.Attached;

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => inner.Notes;

    /// <inheritdoc/>
    public SourceStatistics Statistics => inner.Statistics with { DroppedBacklog = backlog.LeftOut };

    /// <inheritdoc/>
    public void Start(SourceSettings settings) => inner.Start(settings);

    /// <summary>Starts to collect events. Everything read before must have been released.</summary>
    public void Hold()
    {
        held = true;
        drain = new Thread(Drain) { IsBackground = true, Name = "drain" };
        drain.Start();
    }

    /// <summary>Ends it.</summary>
    public void Resume()
    {
        held = false;
        drain?.Join();
        drain = null;
    }

    /// <inheritdoc/>
    public int Read(Span<RawEvent> into, TimeSpan wait)
    {
        innerRead = backlog.IsEmpty;
        return innerRead ? inner.Read(into, wait) : backlog.Take(into);
    }

    /// <inheritdoc/>
    public void Release()
    {
        if (innerRead)
        {
            inner.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Resume();
        inner.Dispose();
        backlog.Dispose();
    }

    private void Drain()
    {
        var batch = new RawEvent[BatchSize];
        while (held)
        {
            var count = inner.Read(batch, DrainWait);
            foreach (ref readonly var raw in batch.AsSpan(0, count))
            {
                backlog.Add(raw);
            }

            inner.Release();
        }
    }
}
