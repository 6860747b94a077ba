using System.Buffers;
using Saker.Detector.Containers;

namespace Saker.Detector.State;

/// <summary>A container as a cgroup's path names it.</summary>
/// <param name="id">The whole id; empty for none.</param>
/// <param name="kind">Who made it.</param>
internal readonly ref struct CgroupContainer(ReadOnlySpan<byte> id, CgroupKind kind)
{
    /// <summary>The whole id; empty for none.</summary>
    public ReadOnlySpan<byte> Id { get; } = id;

    /// <summary>Who made it.</summary>
    public CgroupKind Kind { get; } = kind;
}

/// <summary>Finds a container's id in the cgroups of a thread.</summary>
internal static class ContainerIdentity
{
    private const int FullLength = 64;
    private const int LongestName = 64;

    private static readonly SearchValues<byte> hexadecimal = SearchValues.Create("0123456789abcdefABCDEF"u8);
    private static readonly SearchValues<byte> nameCharacters =
        SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-"u8);

    /// <summary>
    /// The container in subsystem=path pairs that end in zero bytes: the first path that has one counts. Knows the layouts of
    /// Docker, containerd, CRI-O and Podman, under systemd's and the plain cgroup driver, of Kubernetes or not: in all of them the
    /// id is the last path component with 64 hexadecimal digits in it, alone or between a prefix (<c>docker-</c>,
    /// <c>cri-containerd-</c>, <c>crio-</c>, <c>libpod-</c>) and <c>.scope</c>, or after a colon (<c>system.slice:cri-containerd:ID</c>).
    /// CRI-O's and Podman's monitor (<c>crio-conmon-</c>, <c>libpod-conmon-</c>) belongs to the host. LXC, libvirt, bpm and
    /// systemd-nspawn name their containers in the path.
    /// </summary>
    public static CgroupContainer Find(ReadOnlySpan<byte> cgroups)
    {
        ReadOnlySpan<byte> candidate = default;
        while (!cgroups.IsEmpty)
        {
            var end = cgroups.IndexOf((byte)0);
            var pair = end < 0 ? cgroups : cgroups[..end];
            cgroups = end < 0 ? default : cgroups[(end + 1)..];
            var path = pair[(pair.IndexOf((byte)'=') + 1)..];
            var found = FindInPath(path);
            if (found.Kind != CgroupKind.None)
            {
                return found;
            }

            if (candidate.IsEmpty)
            {
                candidate = CandidateIn(path);
            }
        }

        return candidate.IsEmpty ? default : new CgroupContainer(candidate, CgroupKind.Candidate);
    }

    private static CgroupContainer FindInPath(ReadOnlySpan<byte> path)
    {
        var rest = path;
        while (!rest.IsEmpty)
        {
            var slash = rest.LastIndexOf((byte)'/');
            var component = rest[(slash + 1)..];
            rest = slash < 0 ? default : rest[..slash];
            var id = RuntimeIdIn(component);
            if (!id.IsEmpty)
            {
                return new(id, CgroupKind.Runtime);
            }
        }

        return NamedIn(path);
    }

    private static ReadOnlySpan<byte> RuntimeIdIn(ReadOnlySpan<byte> component)
    {
        component = Without(component, ".scope"u8);
        if (component.Length < FullLength)
        {
            return default;
        }

        var id = component[^FullLength..];
        var prefix = component[..^FullLength];
        if (id.ContainsAnyExcept(hexadecimal) || prefix.EndsWith("conmon-"u8))
        {
            return default;
        }

        return prefix.IsEmpty || prefix[^1] is (byte)'-' or (byte)':' ? id : default;
    }

    /// <summary>Containers whose path holds their name.</summary>
    private static CgroupContainer NamedIn(ReadOnlySpan<byte> path)
    {
        ReadOnlySpan<byte> parent = default;
        while (!path.IsEmpty)
        {
            var slash = path.IndexOf((byte)'/');
            var component = slash < 0 ? path : path[..slash];
            path = slash < 0 ? default : path[(slash + 1)..];
            var found = NamedBy(component, parent, isLast: path.IsEmpty || path.SequenceEqual("libvirt"u8));
            if (found.Kind != CgroupKind.None)
            {
                return found;
            }

            parent = component;
        }

        return default;
    }

    private static CgroupContainer NamedBy(ReadOnlySpan<byte> component, ReadOnlySpan<byte> parent, bool isLast)
    {
        const int longestScope = 6;
        if (component.IsEmpty)
        {
            return default;
        }

        if (component.StartsWith("lxc.payload."u8))
        {
            return new(component["lxc.payload.".Length..], CgroupKind.Lxc);
        }

        if (parent.SequenceEqual("lxc.payload"u8))
        {
            return new(component, CgroupKind.Lxc);
        }

        if (parent.SequenceEqual("lxc"u8))
        {
            return new(component, CgroupKind.Lxc);
        }

        if (isLast && component.EndsWith(".libvirt-lxc"u8))
        {
            return new(Without(component, ".libvirt-lxc"u8), CgroupKind.LibvirtLxc);
        }

        if (component.StartsWith("bpm-"u8) && !component.ContainsAnyExcept(nameCharacters))
        {
            return new(Without(component["bpm-".Length..], ".scope"u8), CgroupKind.Bpm);
        }

        if (component.StartsWith("systemd-nspawn@"u8) && component.EndsWith(".service"u8))
        {
            return new(Without(component["systemd-nspawn@".Length..], ".service"u8), CgroupKind.SystemdNspawn);
        }

        if (!component.StartsWith("machine-"u8) || !component.EndsWith(".scope"u8) || component.Length <= "machine-".Length + longestScope)
        {
            return default;
        }

        var machine = Without(component["machine-".Length..], ".scope"u8);
        return machine.StartsWith(@"lxc\x2d"u8) ? new(machine[@"lxc\x2d".Length..], CgroupKind.LibvirtLxc)
            : machine.StartsWith(@"qemu\x2d"u8) ? default
            : new(machine, CgroupKind.SystemdNspawn);
    }

    /// <summary>
    /// The second part of <c>/NAMESPACE/ID</c>, where containerd puts a container whose id is a name. Much else looks like that, so
    /// containerd has the word.
    /// </summary>
    private static ReadOnlySpan<byte> CandidateIn(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty || path[0] != '/')
        {
            return default;
        }

        var slash = path[1..].IndexOf((byte)'/');
        if (slash <= 0)
        {
            return default;
        }

        var scope = path.Slice(1, slash);
        var id = path[(slash + 2)..];
        var isName = id.Length is > 0 and <= LongestName && !id.ContainsAnyExcept(nameCharacters) && !scope.ContainsAnyExcept(nameCharacters);
        return isName && !IsUnit(scope) && !IsUnit(id) ? id : default;
    }

    private static bool IsUnit(ReadOnlySpan<byte> name) => name.EndsWith(".slice"u8) || name.EndsWith(".scope"u8) || name.EndsWith(".service"u8);

    private static ReadOnlySpan<byte> Without(ReadOnlySpan<byte> text, ReadOnlySpan<byte> end) => text.EndsWith(end) ? text[..^end.Length] : text;
}
