using System.Collections.Concurrent;
using System.Text.Json;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>Podman, by its own interface (libpod), which says more than the one that is like Docker's.</summary>
/// <param name="socket">The path of its socket.</param>
/// <param name="settings">Bounds, time and clock.</param>
internal sealed class PodmanRuntime(string socket, RuntimeSettings settings) : EngineRuntime("podman", ContainerType.Podman, socket, settings)
{
    // The oldest version that Podman 4 and 5 take.
    private const string Root = "/v4.0.0/libpod";

    private protected override Task<string> RootAsync(bool isNew, CancellationToken cancellationToken) => Task.FromResult(Root);

    private protected override Task<ContainerRecord?> ReadAsync(
        string root, JsonElement container, ConcurrentDictionary<string, ContainerRecord>? images, CancellationToken cancellationToken) =>
        Task.FromResult(EngineAnswers.Podman(container, Settings));
}
