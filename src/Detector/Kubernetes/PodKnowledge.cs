namespace Saker.Detector.Kubernetes;

/// <summary>How far the question about a pod is.</summary>
internal enum PodKnowledge : byte
{
    /// <summary>It was not asked for, as too many were being asked for.</summary>
    Unasked,

    /// <summary>The server is being asked.</summary>
    Asked,

    /// <summary>All is there that the rules name.</summary>
    Known,

    /// <summary>All is there but what the server did not tell: it refused, or did not answer in time.</summary>
    Incomplete,

    /// <summary>The server knows the pod and has not told everything in time; it may yet.</summary>
    Late,

    /// <summary>The server does not know such a pod on this node.</summary>
    Unanswered,

    /// <summary>The server cannot be asked now.</summary>
    NoServer,
}
