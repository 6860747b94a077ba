namespace Saker.Detector.Kubernetes;

/// <summary>What of the API server's knowledge the rules name; nothing else is asked for.</summary>
[Flags]
internal enum KubernetesParts
{
    /// <summary>Nothing: then the server is not asked at all.</summary>
    None = 0,

    /// <summary>The pods of this node, with the names of their owners.</summary>
    Pods = 1,

    /// <summary>Their namespaces.</summary>
    Namespaces = 2,

    /// <summary>Their replica sets, which also name deployments.</summary>
    ReplicaSets = 4,

    /// <summary>Deployments, for more than their name.</summary>
    Deployments = 8,

    /// <summary>Replication controllers, for more than their name.</summary>
    ReplicationControllers = 16,

    /// <summary>Services.</summary>
    Services = 32,
}
