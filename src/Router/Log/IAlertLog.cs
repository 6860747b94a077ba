using Saker.Alerts;

namespace Saker.Router.Log;

/// <summary>
/// The append-only alert log: one order for all, positions that only grow, many readers. A position is the sequence number of
/// a record (an offset, in Kafka's words); a number once given to a stored record is never given to another.
/// </summary>
internal interface IAlertLog : IAsyncDisposable
{
    /// <summary>The oldest position that can still be read.</summary>
    long First { get; }

    /// <summary>The position that the next stored record gets; everything below is stored.</summary>
    long Next { get; }

    /// <summary>The time that records are stamped with, and that their ages are measured in.</summary>
    AcceptClock Time { get; }

    /// <summary>What the log has and what happened to it.</summary>
    AlertLogStatus Status { get; }

    /// <summary>
    /// Appends one record. Completes when it is durable in the sense of the log's durability, and visible to readers then or at once
    /// after. Never throws for a full or failing disk: the result says so.
    /// </summary>
    /// <param name="payload">The alert as JSON. The log keeps it: it must not change any more.</param>
    /// <param name="alert">The same alert in parsed form if the caller has it; otherwise the first reader parses it.</param>
    /// <param name="cancellationToken">Ends the wait for a place in the queue; a record in the queue is stored in any case.</param>
    ValueTask<AppendResult> AppendAsync(ReadOnlyMemory<byte> payload, Alert? alert = null, CancellationToken cancellationToken = default);

    /// <summary>Appends records one behind the other, all of them or none; the result has the position of the first.</summary>
    /// <param name="entries">The records, at most <see cref="LogEntry.MaxTogether"/>. Must not change until the log has answered.</param>
    /// <param name="cancellationToken">Ends the wait for a place in the queue.</param>
    ValueTask<AppendResult> AppendAsync(IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken = default);

    /// <summary>A reader of its own that starts at <paramref name="position"/>. Not for parallel use.</summary>
    IAlertLogReader OpenReader(long position);

    /// <summary>Says that nobody needs records below <paramref name="position"/> any more; the log drops them when its history bounds allow.</summary>
    void Release(long position);

    /// <summary>
    /// Makes <see cref="Next"/> at least <paramref name="position"/>, for a log whose end was lost while a cursor had already gone past
    /// it: a new record must not take a number that a cursor counts as delivered. Called before the first append.
    /// </summary>
    void AdvanceTo(long position);

    /// <summary>The position of the first record accepted at or after <paramref name="time"/>, or a little before it: histories start there.</summary>
    long FindByTime(DateTimeOffset time);

    /// <summary>A position from which on the log has about <paramref name="bytes"/> bytes, and not more; its start when it has less.</summary>
    long FindByBytes(long bytes);
}

/// <summary>Reads records in log order. One consumer at a time.</summary>
internal interface IAlertLogReader : IDisposable
{
    /// <summary>The position read next.</summary>
    long Position { get; }

    /// <summary>Records that were gone or unreadable between those read so far. Grows when <see cref="TryRead"/> passes a gap.</summary>
    long Lost { get; }

    /// <summary>True when the next record is no longer in memory, so that reading it may wait for the disk.</summary>
    bool IsBehind { get; }

    /// <summary>The next record; false at the end of what is stored.</summary>
    bool TryRead(out LogRecord? record);

    /// <summary>Waits until something is stored at or after <see cref="Position"/>.</summary>
    ValueTask WaitAsync(CancellationToken cancellationToken);

    /// <summary>Goes on at <paramref name="position"/>; what lies between is neither read nor counted as lost.</summary>
    void Seek(long position);
}

/// <summary>The state of the log, for health and metrics.</summary>
internal sealed record AlertLogStatus
{
    /// <summary>The oldest position that can still be read.</summary>
    public required long First { get; init; }

    /// <summary>The position that the next record gets.</summary>
    public required long Next { get; init; }

    /// <summary>Bytes on the disk.</summary>
    public required long Bytes { get; init; }

    /// <summary>Segments on the disk.</summary>
    public required int Segments { get; init; }

    /// <summary>Groups committed since the start.</summary>
    public required long Groups { get; init; }

    /// <summary>Appends refused since the start, for a full or failing disk.</summary>
    public required long Refused { get; init; }

    /// <summary>Damaged stretches seen since the start.</summary>
    public required long Damaged { get; init; }

    /// <summary>Why appends are refused at present; null when they are not.</summary>
    public string? Fault { get; init; }
}
