using System.Diagnostics;
using Saker.Detector.Configuration;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>Makes the clients of runtimes from the configuration.</summary>
internal static class ContainerRuntimes
{
    /// <summary>Clients for the sockets that are there and not known yet. None of them has asked anything so far.</summary>
    /// <param name="sockets">Where to look.</param>
    /// <param name="known">Sockets that have their client.</param>
    /// <param name="settings">What the clients are told.</param>
    public static IReadOnlyList<(RuntimeSocket Socket, IContainerRuntime Runtime)> Create(
        RuntimeSockets sockets, IReadOnlySet<RuntimeSocket> known, RuntimeSettings settings) =>
        [.. sockets.Find().Where(socket => !known.Contains(socket)).Select(socket => (socket, Create(socket, settings)))];

    /// <summary>The client for a socket.</summary>
    public static IContainerRuntime Create(RuntimeSocket socket, RuntimeSettings settings) => socket.Engine switch
    {
        RuntimeEngine.Docker => new DockerRuntime(socket.Path, settings),
        RuntimeEngine.Podman => new PodmanRuntime(socket.Path, settings),
        RuntimeEngine.Cri => new CriRuntime(socket.Path, settings),
        RuntimeEngine.Containerd => new ContainerdRuntime(socket.Path, settings),
        _ => throw new UnreachableException($"Engine {(int)socket.Engine} has no client."),
    };

    /// <summary>What clients are told by a configuration.</summary>
    public static RuntimeSettings SettingsOf(ContainerEnginesOptions options, TimeProvider clock) => new()
    {
        LabelMaxLength = options.LabelMaxLen,
        WithSize = options.WithSize,
        FollowsCreate = options.Hooks.Contains("create"),
        FollowsStart = options.Hooks.Contains("start"),
        Clock = clock,
    };

    /// <summary>The one container that everything belongs to, when the configuration says so; else null.</summary>
    public static ContainerRecord? StaticContainer(ContainerEnginesOptions options)
    {
        if (options.Static is not { Enabled: true } container)
        {
            return null;
        }

        var image = ImageReference.Split(container.ContainerImage);
        return new ContainerRecord
        {
            Id = container.ContainerId,
            FullId = container.ContainerId,
            Type = ContainerType.Static,
            Name = container.ContainerName,
            Image = container.ContainerImage,
            ImageRepository = image.Repository,
            ImageTag = image.Tag,
            ImageDigest = image.Digest,
        };
    }

    /// <summary>Whether cgroups of that kind are taken for containers: an engine that is off is not looked for.</summary>
    public static bool IsRecognised(ContainerEnginesOptions options, CgroupKind kind) => kind switch
    {
        CgroupKind.Runtime => options.Docker.Enabled || options.Podman.Enabled || options.Cri.Enabled || options.Containerd.Enabled,
        CgroupKind.Candidate => options.Cri.Enabled || options.Containerd.Enabled,
        CgroupKind.Lxc => options.Lxc.Enabled,
        CgroupKind.LibvirtLxc => options.LibvirtLxc.Enabled,
        CgroupKind.Bpm => options.Bpm.Enabled,
        _ => true,
    };
}
