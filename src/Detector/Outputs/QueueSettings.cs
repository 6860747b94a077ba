namespace Saker.Detector.Outputs;

/// <summary>How an output's queue behaves.</summary>
internal sealed record QueueSettings
{
    /// <summary>Alerts that may wait.</summary>
    public required int Capacity { get; init; }

    /// <summary>Who writes into a full queue waits for room: a capture can wait, and the kernel cannot.</summary>
    public bool WritersWait { get; init; }

    /// <summary>An alert that could not be written is tried again until it is; else it is given up, and the next one is tried.</summary>
    public bool Retries { get; init; }
}
