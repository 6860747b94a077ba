namespace Saker.Detector.Containers;

/// <summary>Finds runtimes on the machine.</summary>
internal interface IRuntimeDiscovery
{
    /// <summary>Runtimes that have come since the last call. Cheap: it only looks whether sockets are there.</summary>
    IReadOnlyList<IContainerRuntime> FindNew();

    /// <summary>Sockets that the configuration names, beyond the usual places, and that are not there.</summary>
    IReadOnlyList<string> Missing { get; }
}
