using System.Collections.Frozen;

namespace Saker.Detector.Capture;

/// <summary>What a source is asked to deliver, and how.</summary>
internal sealed record SourceSettings
{
    /// <summary>Numbers of the system calls (Falco's <c>ppm_sc</c> codes) that the rules or the state tables need.</summary>
    public required IReadOnlySet<int> SystemCalls { get; init; }

    /// <summary>Bytes of one ring buffer; rounded up to a power of two of at least a page.</summary>
    public int RingBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>CPUs that share one ring; 0 means one ring for all. Falco's <c>cpus_for_each_buffer</c>.</summary>
    public int CpusPerRing { get; init; } = 2;

    /// <summary>Bytes of a data argument that are copied at most. Falco's <c>snaplen</c>.</summary>
    public int SnapLength { get; init; } = 80;

    /// <summary>Leaves out system calls that failed. Falco's <c>drop_failed_exit</c>.</summary>
    public bool DropFailedExit { get; init; }

    /// <summary>Those of <see cref="SystemCalls"/> whose failed calls nobody can want: the source may leave them out.</summary>
    public IReadOnlySet<int> FailedLeftOut { get; init; } = FrozenSet<int>.Empty;

    /// <summary>Opens of regular files that nobody can want: the source may leave them out.</summary>
    public OpensLeftOut OpensLeftOut { get; init; } = OpensLeftOut.None;

    /// <summary>Delivers the events of the detector's own threads as well.</summary>
    public bool IncludeSelf { get; init; }
}

/// <summary>Counters of a source since its start.</summary>
internal readonly record struct SourceStatistics
{
    /// <summary>Events that the driver saw and wanted.</summary>
    public long Seen { get; init; }

    /// <summary>Events lost because a ring was full.</summary>
    public long DroppedRingFull { get; init; }

    /// <summary>Events lost because they did not fit the driver's scratch space.</summary>
    public long DroppedTooLarge { get; init; }

    /// <summary>Events lost to any other fault in the kernel.</summary>
    public long DroppedOther { get; init; }

    /// <summary>
    /// Events lost because the kernel skipped the driver while it was busy with another task of the same CPU. It skips calls
    /// that nobody asked for too, so these may be more than were lost.
    /// </summary>
    public long DroppedBusy { get; init; }

    /// <summary>Events lost because too many came while the machine's state was read (<see cref="HoldingSource"/>).</summary>
    public long DroppedBacklog { get; init; }

    /// <summary>Text arguments that could not be read (absent in the event).</summary>
    public long UnreadableArguments { get; init; }

    /// <summary>Arguments that were cut to fit.</summary>
    public long TruncatedArguments { get; init; }

    /// <summary>Failed calls, and starts and ends of opens, that the driver left out, as no rule can match them. They were not lost.</summary>
    public long Filtered { get; init; }

    /// <summary>Events that were damaged: a length pointed outside. Counted by the reader.</summary>
    public long Malformed { get; init; }

    /// <summary>Everything that was lost.</summary>
    public long Dropped => DroppedRingFull + DroppedTooLarge + DroppedOther + DroppedBusy + DroppedBacklog;
}
