namespace Saker.Detector.MatchCaptures;

/// <summary>What became of captures around matches. The event thread counts some, the writing thread others.</summary>
internal sealed class CaptureCounters
{
    private long written;
    private long failed;
    private long discarded;
    private long removed;

    /// <summary>Files that were finished.</summary>
    public long Written => Interlocked.Read(ref written);

    /// <summary>Captures that could not be written, as when the disk is full.</summary>
    public long Failed => Interlocked.Read(ref failed);

    /// <summary>Captures that were begun for a match that was none when the runtime had answered.</summary>
    public long Discarded => Interlocked.Read(ref discarded);

    /// <summary>Older files that were removed to make room.</summary>
    public long Removed => Interlocked.Read(ref removed);

    /// <summary>Matches that no capture was begun for: the one before is not written yet, or could not be written.</summary>
    public long Refused { get; set; }

    /// <summary>Events that were put into captures.</summary>
    public long Events { get; set; }

    /// <summary>Events that captures lack since they did not fit into the buffer.</summary>
    public long EventsDropped { get; set; }

    public void AddWritten() => Interlocked.Increment(ref written);

    public void AddFailed() => Interlocked.Increment(ref failed);

    public void AddDiscarded() => Interlocked.Increment(ref discarded);

    public void AddRemoved() => Interlocked.Increment(ref removed);
}
