namespace Saker.Detector.Outputs;

/// <summary>How an output's queue behaves.</summary>
internal sealed record QueueSettings
{
    /// <summary>Alerts that may wait.</summary>
    public required int Capacity { get; init; }

    /// <summary>What they may have together, bytes: enough for alerts of 4 KiB, and 64 MiB at least.</summary>
    public long MostBytes { get => field == 0 ? Math.Max(64L << 20, (long)Capacity << 12) : field; init; }

    /// <summary>Who writes into a full queue waits for room: a capture can wait, and the kernel cannot.</summary>
    public bool WritersWait { get; init; }

    /// <summary>An alert that could not be written is tried again until it is; else it is given up, and the next one is tried.</summary>
    public bool Retries { get; init; }

    /// <summary>An attempt that takes longer is told (Falco's <c>output_timeout</c>); zero for never.</summary>
    public TimeSpan SlowAfter { get; init; }

    /// <summary>Where alerts wait on disk; null for in memory only.</summary>
    public SpoolSettings? Spool { get; init; }
}

/// <summary>Where and how much an output's alerts wait on disk.</summary>
/// <param name="Folder">The output's own folder.</param>
/// <param name="MaxBytes">The most that may lie there.</param>
internal sealed record SpoolSettings(string Folder, long MaxBytes);
