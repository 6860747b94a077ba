namespace Saker.Detector.Containers.Runtimes;

/// <summary>What all runtimes' clients are told.</summary>
internal sealed record RuntimeSettings
{
    /// <summary>The longest value of a label, bytes.</summary>
    public int LabelMaxLength { get; init; } = RecordLimits.LabelLength;

    /// <summary>Asks for the sizes of containers too, which costs the runtime a walk over their files.</summary>
    public bool WithSize { get; init; }

    /// <summary>Follows the making of containers.</summary>
    public bool FollowsCreate { get; init; } = true;

    /// <summary>Follows the starts of containers. Docker's know their address only then.</summary>
    public bool FollowsStart { get; init; } = true;

    /// <summary>How long a call may take.</summary>
    public TimeSpan CallPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After how long an alert that waits for a container is better served by what the list says of it.</summary>
    public TimeSpan InspectPatience { get; init; } = TimeSpan.FromMilliseconds(75);

    /// <summary>How often a runtime is asked that tells of nothing by itself.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
