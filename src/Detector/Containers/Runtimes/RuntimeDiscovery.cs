using Saker.Detector.Configuration;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>Finds runtimes by the sockets that the configuration names.</summary>
/// <param name="options">Which runtimes, and where.</param>
/// <param name="hostRoot">Where the machine's files are; empty outside a container.</param>
/// <param name="clock">The time.</param>
internal sealed class RuntimeDiscovery(ContainerEnginesOptions options, string hostRoot, TimeProvider clock) : IRuntimeDiscovery
{
    private readonly RuntimeSockets sockets = new(options, hostRoot);
    private readonly RuntimeSettings settings = ContainerRuntimes.SettingsOf(options, clock);
    private readonly HashSet<RuntimeSocket> known = [];

    /// <inheritdoc/>
    public IReadOnlyList<string> Missing => sockets.FindMissing();

    /// <inheritdoc/>
    public IReadOnlyList<IContainerRuntime> FindNew()
    {
        var found = ContainerRuntimes.Create(sockets, known, settings);
        known.UnionWith(found.Select(static pair => pair.Socket));
        return [.. found.Select(static pair => pair.Runtime)];
    }
}
