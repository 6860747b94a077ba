using System.Buffers;

namespace Saker.Detector.State;

/// <summary>Finds a container's id in the cgroups of a thread.</summary>
internal static class ContainerIdentity
{
    /// <summary>What a thread outside any container has as its container's id.</summary>
    public static ReadOnlySpan<byte> Host => "host"u8;

    private const int FullLength = 64;

    private static readonly SearchValues<byte> hexadecimal = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>Characters of the id that rules see.</summary>
    public const int ShortLength = 12;

    /// <summary>
    /// The full id (64 hexadecimal digits) in subsystem=path pairs that end in zero bytes; empty when no path has one. Knows
    /// the layouts of Docker, containerd, CRI-O and Podman, under systemd's and the plain cgroup driver, of Kubernetes or not:
    /// in all of them the id is the last path component with an id in it, alone or between a prefix (<c>docker-</c>,
    /// <c>cri-containerd-</c>, <c>crio-</c>, <c>libpod-</c>) and <c>.scope</c>, or after a colon (<c>system.slice:cri-containerd:ID</c>).
    /// CRI-O's and Podman's monitor (<c>crio-conmon-</c>, <c>libpod-conmon-</c>) belongs to the host.
    /// </summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> cgroups)
    {
        while (!cgroups.IsEmpty)
        {
            var end = cgroups.IndexOf((byte)0);
            var pair = end < 0 ? cgroups : cgroups[..end];
            cgroups = end < 0 ? default : cgroups[(end + 1)..];
            var id = FindInPath(pair);
            if (!id.IsEmpty)
            {
                return id;
            }
        }

        return default;
    }

    private static ReadOnlySpan<byte> FindInPath(ReadOnlySpan<byte> path)
    {
        while (!path.IsEmpty)
        {
            var slash = path.LastIndexOf((byte)'/');
            var component = path[(slash + 1)..];
            path = slash < 0 ? default : path[..slash];
            var id = FindInComponent(component);
            if (!id.IsEmpty)
            {
                return id;
            }
        }

        return default;
    }

    private static ReadOnlySpan<byte> FindInComponent(ReadOnlySpan<byte> component)
    {
        if (component.EndsWith(".scope"u8))
        {
            component = component[..^6];
        }

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
}
