using System.ComponentModel.DataAnnotations;
using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>What waits for a container's record. Falco has no such key.</summary>
[SnakeCaseKeys]
internal sealed record ContainerOptions
{
    /// <summary>
    /// Milliseconds that an alert waits at most for the name and image of its container, when the runtime is being asked for them, and
    /// for what the Kubernetes API server is being asked for; 0 lets none wait, as Falco does.
    /// </summary>
    [Range(0, 10_000)]
    public int HoldMs { get; init; } = 150;
}
