namespace Saker.Router.Log;

/// <summary>When an append counts as done.</summary>
internal enum Durability : byte
{
    /// <summary>When it is on the disk: survives a power cut.</summary>
    Fsync,

    /// <summary>When the operating system has it: survives the end of the process, not of the machine.</summary>
    Os,

    /// <summary>When the writer has taken it: survives nothing, and is written behind.</summary>
    Memory,
}

/// <summary>What can be set on the segment log.</summary>
internal sealed record SegmentLogOptions
{
    /// <summary>When an append counts as done.</summary>
    public Durability Durability { get; init; } = Durability.Fsync;

    /// <summary>A segment that has reached this many bytes is followed by a new one.</summary>
    public long SegmentBytes { get; init; } = 64 << 20;

    /// <summary>Appends are refused while less than this many bytes would be left on the file system.</summary>
    public long FreeSpaceReserve { get; init; } = 64 << 20;

    /// <summary>Records that nobody needs any more are kept for this long.</summary>
    public TimeSpan HistoryAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Records that nobody needs any more are kept while the log has no more bytes than this.</summary>
    public long HistoryBytes { get; init; } = 1 << 30;

    /// <summary>Payload bytes of the newest records that stay in memory, shared by readers that keep up.</summary>
    public long TailBytes { get; init; } = 8 << 20;

    /// <summary>Newest records that stay in memory at most.</summary>
    public int TailRecords { get; init; } = 8192;

    /// <summary>Appends that wait for the writer at most; more wait for a place.</summary>
    public int QueueLength { get; init; } = 4096;

    /// <summary>
    /// Senders go on in the writer's thread, one after the other: for senders that only answer and then wait again. Spares a wake-up of
    /// another thread per append; and while the writer answers a group, the next one gathers, so that fewer syncs carry more alerts.
    /// </summary>
    public bool AnswersInPlace { get; init; }
}
