namespace Saker.Detector.Containers;

/// <summary>What runs a container. The numbers are those of Falco's records of containers.</summary>
internal enum ContainerType
{
    Docker = 0,
    Lxc = 1,
    LibvirtLxc = 2,
    Cri = 6,
    Containerd = 7,
    CriO = 8,
    Bpm = 9,
    /// <summary>One that the configuration describes, for a detector that watches a single container.</summary>
    Static = 10,

    Podman = 11,

    /// <summary>A container of systemd-nspawn; a number of ours, for Falco does not know them.</summary>
    SystemdNspawn = 1000,

    /// <summary>No container: what runs on the machine itself.</summary>
    Host = 65534,
}
