using Saker.Detector.Events;

namespace Saker.Detector.Kubernetes;

/// <summary>What is known of a pod as fields read it: texts in UTF-8 at fixed addresses, put together once. Immutable.</summary>
/// <param name="details">What is known.</param>
internal sealed class PodFacts(PodDetails details)
{
    /// <summary>The pod's uid, as its cgroups have it.</summary>
    public byte[] Uid { get; } = PinnedBytes.Of(details.Pod.Uid);

    /// <summary>The pod's namespace.</summary>
    public byte[] NamespaceName { get; } = PinnedBytes.Of(details.Pod.Namespace);

    /// <summary>The pod's address; empty until it has one.</summary>
    public byte[] Ip { get; } = PinnedBytes.Of(details.Pod.Ip);

    /// <summary>Name and labels of the pod.</summary>
    public ClusterObject Pod => details.Pod.Object;

    /// <summary>Its namespace; null while it is not known.</summary>
    public ClusterObject? Namespace => details.Namespace;

    /// <summary>Its replica set; null for none.</summary>
    public ClusterObject? ReplicaSet => details.ReplicaSet;

    /// <summary>Its deployment; null for none.</summary>
    public ClusterObject? Deployment => details.Deployment;

    /// <summary>Its replication controller; null for none.</summary>
    public ClusterObject? ReplicationController => details.ReplicationController;

    /// <summary>Services that send to it.</summary>
    public IReadOnlyList<ClusterObject> Services => details.Services;

    /// <summary>Names of the services by a comma and a blank.</summary>
    public byte[] ServiceNames { get; } = PinnedBytes.Of(string.Join(", ", details.Services.Select(static service => System.Text.Encoding.UTF8.GetString(service.Name))));

    /// <summary>Uids of the services by a comma and a blank.</summary>
    public byte[] ServiceUids { get; } = PinnedBytes.Of(string.Join(", ", details.Services.Select(static service => service.UidText)));

    /// <summary>Labels of the services by a comma and a blank.</summary>
    public byte[] ServiceLabels { get; } = PinnedBytes.Of(string.Join(", ", LabelsOf(details)));

    /// <summary>Names of the services as a packed list.</summary>
    public byte[] ServiceNameList { get; } = PackedTexts.Of([.. details.Services.Select(static service => service.Name)]);

    /// <summary>Uids of the services as a packed list.</summary>
    public byte[] ServiceUidList { get; } = PackedTexts.Of([.. details.Services.Select(static service => service.Uid)]);

    /// <summary>Labels of the services as a packed list.</summary>
    public byte[] ServiceLabelList { get; } = PackedTexts.Of([.. LabelsOf(details).Select(System.Text.Encoding.UTF8.GetBytes)]);

    /// <summary>Whether all is there that was asked for.</summary>
    public bool IsComplete => details.IsComplete;

    private static IEnumerable<string> LabelsOf(PodDetails details) =>
        details.Services.SelectMany(static service => service.Labels?.Pairs ?? []).Select(static label => $"{label.Key}:{label.Value}");
}
