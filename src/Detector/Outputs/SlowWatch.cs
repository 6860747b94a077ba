namespace Saker.Detector.Outputs;

/// <summary>Tells of an attempt that takes longer than it should, while it lasts. The attempt goes on.</summary>
internal sealed partial class SlowWatch : IDisposable
{
    private readonly string name;
    private readonly TimeSpan limit;
    private readonly ILogger logger;
    private readonly LastingTrouble trouble;
    private readonly ITimer? timer;
    private volatile bool isSlow;

    /// <param name="name">The output.</param>
    /// <param name="limit">How long an attempt may take; zero watches nothing.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Told about it.</param>
    public SlowWatch(string name, TimeSpan limit, TimeProvider clock, ILogger logger)
    {
        this.name = name;
        this.limit = limit;
        this.logger = logger;
        trouble = new LastingTrouble(clock);
        timer = limit > TimeSpan.Zero ? clock.CreateTimer(_ => Tell(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) : null;
    }

    /// <summary>Whether the present attempt takes too long.</summary>
    public bool IsSlow => isSlow;

    /// <summary>An attempt begins.</summary>
    public void Begin() => timer?.Change(limit, Timeout.InfiniteTimeSpan);

    /// <summary>It is over.</summary>
    public void End()
    {
        timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        isSlow = false;
    }

    public void Dispose() => timer?.Dispose();

    private void Tell()
    {
        isSlow = true;
        if (trouble.Add(out var count))
        {
            TooSlow(logger, name, limit.TotalMilliseconds, count);
        }
    }

    [LoggerMessage(1207, LogLevel.Warning, "Output {Output} takes longer than {Milliseconds} ms for an alert (output_timeout; {Count} times since this was told last); those behind it wait.")]
    private static partial void TooSlow(ILogger logger, string output, double milliseconds, long count);
}
