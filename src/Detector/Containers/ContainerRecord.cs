namespace Saker.Detector.Containers;

/// <summary>
/// What a runtime says of a container. Immutable: who learns more makes another. A text that the runtime did not give is empty.
/// </summary>
internal sealed record ContainerRecord
{
    /// <summary>Characters of a runtime's id that rules see.</summary>
    public const int ShortLength = 12;

    /// <summary>The first 12 characters of the id, or all of one that is no number (LXC, bpm, systemd-nspawn).</summary>
    public required string Id { get; init; }

    /// <summary>The whole id.</summary>
    public required string FullId { get; init; }

    /// <summary>What runs it.</summary>
    public required ContainerType Type { get; init; }

    /// <summary>Whether it is only what a list or an event said in passing, as the runtime had no more to tell of it.</summary>
    public bool IsPartial { get; init; }

    /// <summary>The name, without Docker's slash in front.</summary>
    public string Name { get; init; } = "";

    /// <summary>The image as the runtime names it: <c>docker.io/library/nginx:1.27</c>.</summary>
    public string Image { get; init; } = "";

    /// <summary>The image's own id, without <c>sha256:</c>.</summary>
    public string ImageId { get; init; } = "";

    /// <summary>The image's repository: <c>docker.io/library/nginx</c>.</summary>
    public string ImageRepository { get; init; } = "";

    /// <summary>The image's tag: <c>1.27</c>.</summary>
    public string ImageTag { get; init; } = "";

    /// <summary>The image's digest in its registry, with <c>sha256:</c>.</summary>
    public string ImageDigest { get; init; } = "";

    /// <summary>The user that it was to run as.</summary>
    public string User { get; init; } = "";

    /// <summary>The IPv4 address.</summary>
    public string Ip { get; init; } = "";

    /// <summary>What the CNI plugins said, as JSON.</summary>
    public string CniJson { get; init; } = "";

    /// <summary>The pod's sandbox, whole; empty outside Kubernetes.</summary>
    public string PodSandboxId { get; init; } = "";

    /// <summary>Whether it is a pod's sandbox itself.</summary>
    public bool IsPodSandbox { get; init; }

    public bool Privileged { get; init; }
    public bool HostPid { get; init; }
    public bool HostNetwork { get; init; }
    public bool HostIpc { get; init; }

    /// <summary>When it was made, seconds since 1970; 0 when unknown.</summary>
    public long CreatedTime { get; init; }

    /// <summary>Labels, sorted by key (ordinal).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];

    /// <summary>Labels of its pod's sandbox, sorted by key (ordinal).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> PodSandboxLabels { get; init; } = [];

    /// <summary>Mounts, in the runtime's order.</summary>
    public IReadOnlyList<ContainerMount> Mounts { get; init; } = [];

    /// <summary>Published ports.</summary>
    public IReadOnlyList<ContainerPort> Ports { get; init; } = [];

    /// <summary>The environment that it was started with: <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>CPU time in a period, microseconds; 0 without a limit.</summary>
    public long CpuQuota { get; init; }

    /// <summary>The period of <see cref="CpuQuota"/>, microseconds.</summary>
    public long CpuPeriod { get; init; } = 100_000;

    public long CpuShares { get; init; } = 1024;

    /// <summary>How many CPUs it is bound to; 0 for all.</summary>
    public int CpuSetCount { get; init; }

    /// <summary>Bytes; 0 without a limit.</summary>
    public long MemoryLimit { get; init; }

    /// <summary>Bytes; 0 without a limit.</summary>
    public long SwapLimit { get; init; }

    /// <summary>Bytes that it has written; -1 when nobody counted.</summary>
    public long Size { get; init; } = -1;

    /// <summary>What rules see of an id; all of a shorter one.</summary>
    public static string ShortIdOf(string id) => id[..Math.Min(id.Length, ShortLength)];
}

/// <summary>A mount of a container.</summary>
/// <param name="Source">Where it comes from, on the machine.</param>
/// <param name="Destination">Where it is, in the container.</param>
/// <param name="Mode">Docker's mode: <c>ro</c>, <c>z</c>.</param>
/// <param name="IsWritable">Whether the container may write.</param>
/// <param name="Propagation">How mounts below travel: <c>rprivate</c>.</param>
internal sealed record ContainerMount(string Source, string Destination, string Mode, bool IsWritable, string Propagation);

/// <summary>A published TCP port of a container.</summary>
/// <param name="HostIp">The machine's address, IPv4 as a number.</param>
/// <param name="HostPort">The machine's port.</param>
/// <param name="Port">The container's port.</param>
internal sealed record ContainerPort(uint HostIp, int HostPort, int Port);
