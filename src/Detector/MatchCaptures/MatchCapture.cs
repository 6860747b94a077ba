namespace Saker.Detector.MatchCaptures;

/// <summary>One capture around a match. The event thread fills it, the writing thread writes it.</summary>
/// <param name="path">Where the file is to be.</param>
/// <param name="rule">The rule that began it.</param>
/// <param name="number">The number of the event that matched.</param>
internal sealed class MatchCapture(string path, string rule, long number)
{
    private volatile bool isOver;
    private volatile bool hasFailed;

    /// <summary>Where the file is to be.</summary>
    public string Path => path;

    /// <summary>The rule that began it.</summary>
    public string Rule => rule;

    /// <summary>The number of the event that matched.</summary>
    public long Number => number;

    /// <summary>The time of the first event that is no longer in it, nanoseconds since 1970.</summary>
    public ulong Deadline { get; set; }

    /// <summary>Whether a match is certain. One that waits for a runtime's answer may turn out to be none.</summary>
    public bool IsConfirmed { get; set; }

    /// <summary>Events in it.</summary>
    public long Events { get; set; }

    /// <summary>Events that it lacks.</summary>
    public long Dropped { get; set; }

    /// <summary>Whether the writing thread takes no more of it: its file is as large as it may be, or could not be written.</summary>
    public bool IsOver
    {
        get => isOver;
        set => isOver = value;
    }

    /// <summary>Whether it could not be written.</summary>
    public bool HasFailed
    {
        get => hasFailed;
        set => hasFailed = value;
    }

    /// <summary>Whether what is known of the machine did not fit into memory, so that there is none.</summary>
    public bool IsRefused { get; set; }

    /// <summary>Why it ended, for the log. Set before its end is handed over.</summary>
    public string Ending { get; set; } = "";
}
