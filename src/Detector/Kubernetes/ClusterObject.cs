using Saker.Detector.Events;

namespace Saker.Detector.Kubernetes;

/// <summary>An object of the cluster as fields read it: name, uid and labels. Immutable, and shared by all pods that belong to it.</summary>
internal sealed class ClusterObject
{
    /// <param name="name">Its name.</param>
    /// <param name="uid">Its uid.</param>
    /// <param name="labels">Its labels; null while they are not known.</param>
    public ClusterObject(string name, string uid, Labels? labels = null)
    {
        Name = PinnedBytes.Of(name);
        Uid = PinnedBytes.Of(uid);
        Labels = labels;
        UidText = uid;
    }

    /// <summary>Its name.</summary>
    public byte[] Name { get; }

    /// <summary>Its uid.</summary>
    public byte[] Uid { get; }

    /// <summary>Its labels; null while they are not known.</summary>
    public Labels? Labels { get; }

    /// <summary>Its uid as text.</summary>
    public string UidText { get; }

    /// <summary>The state of it that this is, as the server counts; empty when unknown.</summary>
    public string Version { get; init; } = "";

    /// <summary>The one that controls it; null for none.</summary>
    public OwnerReference? Owner { get; init; }

    /// <summary>Labels that a pod must have to belong to this service; empty for none, which is no pod at all.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Selector { get; init; } = [];

    /// <summary>About how many characters it holds.</summary>
    public int Weight => 300 + Name.Length + (Labels?.Text.Length ?? 0) * 4 + Selector.Sum(static label => label.Key.Length + label.Value.Length);

    /// <summary>Whether this is the same object in the same state.</summary>
    public bool IsSame(ClusterObject other) => UidText == other.UidText && Version == other.Version && Version.Length > 0;

    /// <summary>Whether this service sends to a pod of these labels.</summary>
    /// <param name="labels">The pod's labels, sorted by key (ordinal).</param>
    public bool Selects(IReadOnlyList<KeyValuePair<string, string>> labels)
    {
        if (Selector.Count == 0)
        {
            return false;
        }

        foreach (var wanted in Selector)
        {
            if (!labels.Any(label => label.Key == wanted.Key && label.Value == wanted.Value))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>The object that controls another.</summary>
/// <param name="kind">What it is: <c>ReplicaSet</c>.</param>
/// <param name="name">Its name, fit for a path.</param>
/// <param name="uid">Its uid.</param>
internal sealed class OwnerReference(string kind, string name, string uid)
{
    /// <summary>What it is: <c>ReplicaSet</c>.</summary>
    public string Kind => kind;

    /// <summary>Its name, fit for a path.</summary>
    public string Name => name;

    /// <summary>Its uid.</summary>
    public string Uid => uid;

    /// <summary>The object, as far as that says.</summary>
    public ClusterObject Object { get; } = new(name, uid);
}

/// <summary>A pod of this node as the server tells of it.</summary>
internal sealed record PodRecord
{
    /// <summary>The uid that its cgroups have.</summary>
    public required string Uid { get; init; }

    /// <summary>Its namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name and labels.</summary>
    public required ClusterObject Object { get; init; }

    /// <summary>Its address; empty until it has one.</summary>
    public string Ip { get; init; } = "";

    /// <summary>The one that controls it; null for none.</summary>
    public OwnerReference? Owner { get; init; }
}
