namespace Saker.Detector.Fields;

/// <summary>Where values of fields come from beside events and state, when the configuration says so.</summary>
[Flags]
internal enum FieldSources
{
    /// <summary>From nowhere.</summary>
    None = 0,

    /// <summary>Names of addresses are looked up.</summary>
    AddressNames = 1,

    /// <summary>The Kubernetes API server is asked.</summary>
    KubernetesServer = 2,
}
