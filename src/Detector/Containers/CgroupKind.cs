namespace Saker.Detector.Containers;

/// <summary>What a cgroup's path says of who made it.</summary>
internal enum CgroupKind : byte
{
    /// <summary>No container.</summary>
    None,

    /// <summary>A container of a runtime that can be asked: Docker, Podman, containerd, CRI-O.</summary>
    Runtime,

    /// <summary>What may be a container of containerd, if it says so: <c>/default/web</c>.</summary>
    Candidate,

    Lxc,
    LibvirtLxc,
    Bpm,
    SystemdNspawn,
}
