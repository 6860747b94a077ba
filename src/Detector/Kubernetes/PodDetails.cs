namespace Saker.Detector.Kubernetes;

/// <summary>A pod with what belongs to it, as far as it is known and the rules want it.</summary>
internal sealed record PodDetails
{
    /// <summary>The pod.</summary>
    public required PodRecord Pod { get; init; }

    /// <summary>Its namespace.</summary>
    public ClusterObject? Namespace { get; init; }

    /// <summary>Its replica set.</summary>
    public ClusterObject? ReplicaSet { get; init; }

    /// <summary>The deployment of its replica set.</summary>
    public ClusterObject? Deployment { get; init; }

    /// <summary>Its replication controller.</summary>
    public ClusterObject? ReplicationController { get; init; }

    /// <summary>The services that send to it.</summary>
    public IReadOnlyList<ClusterObject> Services { get; init; } = [];

    /// <summary>Whether the server has told everything that was asked.</summary>
    public bool IsComplete { get; init; }

    /// <summary>Whether other details say the same. What has not changed at the server is the same object here.</summary>
    public bool IsSame(PodDetails other) =>
        Pod == other.Pod && Namespace == other.Namespace && ReplicaSet == other.ReplicaSet && Deployment == other.Deployment
        && ReplicationController == other.ReplicationController && IsComplete == other.IsComplete && Services.SequenceEqual(other.Services);
}
