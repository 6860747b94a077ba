using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>
/// Which container runtimes are asked, and what of. The settings of Falco's container plugin (<c>init_config</c> of the entry
/// <c>container</c> in <c>plugins</c>) count as if they stood here.
/// </summary>
[SnakeCaseKeys]
internal sealed record ContainerEnginesOptions
{
    /// <summary>The longest value of a label, in bytes; a label with a longer one is left out.</summary>
    [Range(0, 65_536)]
    public int LabelMaxLen { get; init; } = 100;

    /// <summary>Asks for the sizes of containers, which is dear for the runtime.</summary>
    public bool WithSize { get; init; }

    /// <summary>What runtimes are to tell of: <c>create</c>, <c>start</c>. Falco's default is <c>create</c> alone; a Docker container has its address only when it has started.</summary>
    [Words("create", "start")]
    public IReadOnlyList<string> Hooks { get; init; } = ["create", "start"];

    /// <summary>Docker.</summary>
    public DockerEngineOptions Docker { get; init; } = new();

    /// <summary>Podman.</summary>
    public PodmanEngineOptions Podman { get; init; } = new();

    /// <summary>Runtimes of Kubernetes by their common interface: containerd, CRI-O.</summary>
    public CriEngineOptions Cri { get; init; } = new();

    /// <summary>containerd by its own interface.</summary>
    public ContainerdEngineOptions Containerd { get; init; } = new();

    /// <summary>LXC, which is not asked: its containers are known by their cgroups.</summary>
    public EngineSwitchOptions Lxc { get; init; } = new();

    /// <summary>LXC by libvirt, as above.</summary>
    public EngineSwitchOptions LibvirtLxc { get; init; } = new();

    /// <summary>BOSH's process manager, as above.</summary>
    public EngineSwitchOptions Bpm { get; init; } = new();

    /// <summary>A single container that everything belongs to; then nothing is asked.</summary>
    public StaticEngineOptions Static { get; init; } = new();

    /// <summary>Whether another configuration asks for the same.</summary>
    public bool IsSame(ContainerEnginesOptions other) => JsonSerializer.Serialize(this) == JsonSerializer.Serialize(other);
}

/// <summary>An engine that is asked by a socket.</summary>
[SnakeCaseKeys]
internal abstract record SocketEngineOptions : ICheckedOptions
{
    private protected SocketEngineOptions(params string[] sockets) => Sockets = sockets;

    /// <summary>Whether it is asked. When docker, podman, cri and containerd are all off, what runs in their containers counts as the host's, as in Falco.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Its sockets, from the root; <c>*</c> stands for any one folder. The variable <c>HOST_ROOT</c> is put before each.</summary>
    public IReadOnlyList<string> Sockets { get; init; }

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        foreach (var socket in Sockets.Where(static socket => !socket.StartsWith('/')))
        {
            yield return new OptionFault("sockets", $"'{socket}' is no path from the root; write it with a slash in front, without 'unix://'.");
        }
    }
}

/// <summary>Docker.</summary>
internal sealed record DockerEngineOptions() : SocketEngineOptions("/var/run/docker.sock");

/// <summary>Podman.</summary>
internal sealed record PodmanEngineOptions() : SocketEngineOptions("/run/podman/podman.sock", "/run/user/*/podman/podman.sock");

/// <summary>Runtimes of Kubernetes.</summary>
internal sealed record CriEngineOptions()
    : SocketEngineOptions("/run/containerd/containerd.sock", "/run/crio/crio.sock", "/run/k3s/containerd/containerd.sock", "/run/host-containerd/containerd.sock");

/// <summary>containerd by its own interface.</summary>
internal sealed record ContainerdEngineOptions() : SocketEngineOptions("/run/host-containerd/containerd.sock");

/// <summary>An engine that is known by its cgroups alone.</summary>
[SnakeCaseKeys]
internal sealed record EngineSwitchOptions
{
    /// <summary>Whether its containers are known.</summary>
    public bool Enabled { get; init; } = true;
}

/// <summary>A single container that everything belongs to.</summary>
[SnakeCaseKeys]
internal sealed record StaticEngineOptions : ICheckedOptions
{
    /// <summary>Whether there is one.</summary>
    public bool Enabled { get; init; }

    /// <summary>Its id.</summary>
    public string ContainerId { get; init; } = "";

    /// <summary>Its name.</summary>
    public string ContainerName { get; init; } = "";

    /// <summary>Its image.</summary>
    public string ContainerImage { get; init; } = "";

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        if (Enabled && ContainerId.Length == 0)
        {
            yield return new OptionFault("container_id", "The static container is enabled and has no id.");
        }
    }
}
