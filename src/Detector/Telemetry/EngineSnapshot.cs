using Saker.Detector.Capture;

namespace Saker.Detector.Telemetry;

/// <summary>The engine's counters at one moment, taken by the event thread. Immutable.</summary>
internal sealed record EngineSnapshot
{
    /// <summary>What the source saw and lost.</summary>
    public SourceStatistics Source { get; init; }

    /// <summary>Events that passed through state and rules.</summary>
    public long Events { get; init; }

    /// <summary>Events that could not be decoded, in the source or after it.</summary>
    public long Malformed { get; init; }

    /// <summary>Alerts made.</summary>
    public long Alerts { get; init; }

    /// <summary>Events per second, over the second before.</summary>
    public double EventsPerSecond { get; init; }

    /// <summary>CPU seconds per second of this process, over the second before; 1 is one CPU in full use.</summary>
    public double CpuRatio { get; init; }

    /// <summary>How often each of the matcher's rules matched, in its order.</summary>
    public IReadOnlyList<long> Matches { get; init; } = [];

    /// <summary>Threads that are known.</summary>
    public int Threads { get; init; }

    /// <summary>Descriptors that are known; those that a thread shares with its process count once.</summary>
    public long Descriptors { get; init; }

    /// <summary>Threads that were not kept because the table was full.</summary>
    public long ThreadsLeftOut { get; init; }

    /// <summary>Threads that events named and that could not be found anywhere.</summary>
    public long ThreadsNotFound { get; init; }

    /// <summary>What is known of containers, and what waited for it.</summary>
    public ContainerSnapshot Containers { get; init; } = new();

    /// <summary>Names of addresses; null when none are looked up.</summary>
    public AddressNameSnapshot? AddressNames { get; init; }

    /// <summary>What became of captures around matches; null when there are none.</summary>
    public CaptureSnapshot? Captures { get; init; }

    /// <summary>What is known of pods by the API server; null where it is not asked.</summary>
    public KubernetesSnapshot? Kubernetes { get; init; }

    /// <summary>Bytes of the memory for texts and descriptors.</summary>
    public long StateBytes { get; init; }
}

/// <summary>The counters of names of addresses at one moment.</summary>
/// <param name="Known">Addresses of which a name is known.</param>
/// <param name="Asked">Addresses whose names were asked for.</param>
/// <param name="LeftOut">Addresses that were not asked for.</param>
/// <param name="Absent">How often a name was wanted and not there.</param>
internal sealed record AddressNameSnapshot(int Known, long Asked, long LeftOut, long Absent);

/// <summary>The counters of captures around matches at one moment.</summary>
internal sealed record CaptureSnapshot
{
    /// <summary>Files that were finished.</summary>
    public long Written { get; init; }

    /// <summary>Captures that could not be written.</summary>
    public long Failed { get; init; }

    /// <summary>Matches that no capture was begun for.</summary>
    public long Refused { get; init; }

    /// <summary>Captures of what turned out to be no match.</summary>
    public long Discarded { get; init; }

    /// <summary>Older files that were removed.</summary>
    public long Removed { get; init; }

    /// <summary>Events that were put into captures.</summary>
    public long Events { get; init; }

    /// <summary>Events that captures lack.</summary>
    public long EventsDropped { get; init; }
}

/// <summary>The counters of containers at one moment.</summary>
internal sealed record ContainerSnapshot
{
    /// <summary>Containers that were met or told of.</summary>
    public int Met { get; init; }

    /// <summary>Containers of which a record is there.</summary>
    public int Known { get; init; }

    /// <summary>Containers of which a record is there, without an image, and that are no sandboxes.</summary>
    public int WithoutImage { get; init; }

    /// <summary>Containers that were not kept because the table was full.</summary>
    public long LeftOut { get; init; }

    /// <summary>Containers that were asked for since an event told of them first.</summary>
    public long Asked { get; init; }

    /// <summary>Containers that no runtime knew in time.</summary>
    public long NotFound { get; init; }

    /// <summary>Events and alerts that are held now.</summary>
    public int Holding { get; init; }

    /// <summary>Events that were held.</summary>
    public long Held { get; init; }

    /// <summary>Events that were decided before their time, as too many were held.</summary>
    public long Crowded { get; init; }

    /// <summary>Alerts of containers without a record, by <see cref="State.ContainerKnowledge"/>.</summary>
    public IReadOnlyList<long> AlertsWithout { get; init; } = [];

    /// <summary>Alerts of containers whose lists of users could not be read.</summary>
    public long AlertsWithoutUsers { get; init; }

    /// <summary>Alerts of containers whose lists of users were still being read.</summary>
    public long AlertsBeforeUsers { get; init; }
}

/// <summary>The counters of the questions to the Kubernetes API server at one moment.</summary>
internal sealed record KubernetesSnapshot
{
    /// <summary>Whether the pods of this node are followed.</summary>
    public bool IsFollowing { get; init; }

    /// <summary>Pods of this node that the server has told of.</summary>
    public int Pods { get; init; }

    /// <summary>Requests by <see cref="Kubernetes.ClusterOutcome"/>.</summary>
    public IReadOnlyList<long> Requests { get; init; } = [];

    /// <summary>Alerts of pods that the server has not told all of, by <see cref="Kubernetes.PodKnowledge"/>.</summary>
    public IReadOnlyList<long> AlertsWithout { get; init; } = [];
}
