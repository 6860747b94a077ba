using System.Text.RegularExpressions;

namespace Saker.EndToEnd.Tests.Workload;

/// <summary>
/// Finds and makes cgroups, under the hierarchy of the cpu or memory controller (version 1) or the unified one (version 2).
/// A list of them is the paths of their <c>cgroup.procs</c>, with commas between.
/// </summary>
internal static partial class Cgroups
{
    private static readonly string[] Controllers = ["cpu", "memory"];

    /// <summary>Makes a cgroup that is named as Docker names a container's, and notes what was made, inner folders first.</summary>
    public static string MakeContainer(string id, List<string> made)
    {
        var mounts = Mounts();
        var root = mounts.Where(static mount => Controllers.Any(mount.Controllers.Contains))
            .Concat(mounts.Where(static mount => mount.Unified))
            .First().Path;
        var unified = Path.Combine(root, "cgroup.subtree_control");
        if (File.Exists(unified))
        {
            File.WriteAllText(unified, "+cpu +memory");
        }

        var cgroup = Path.Combine(root, $"docker-{id}.scope");
        Directory.CreateDirectory(cgroup);
        made.Insert(0, cgroup);
        return Path.Combine(cgroup, "cgroup.procs");
    }

    /// <summary>The roots of those hierarchies in which this process is in a container's cgroup; none if it is in no container.</summary>
    public static string LeadingOutOfContainers()
    {
        var inside = File.ReadLines("/proc/self/cgroup")
            .Select(static line => line.Split(':', 3))
            .Where(static parts => ContainerId().IsMatch(parts[2]))
            .Select(static parts => parts[1].Split(',').ToHashSet())
            .ToList();
        return string.Join(',', Mounts()
            .Where(mount => inside.Exists(controllers => mount.Unified ? controllers.SetEquals([""]) : controllers.IsSubsetOf(mount.Controllers)))
            .Select(static mount => Path.Combine(mount.Path, "cgroup.procs")));
    }

    private static List<(string Path, bool Unified, HashSet<string> Controllers)> Mounts() =>
    [
        .. File.ReadLines("/proc/self/mounts")
            .Select(static line => line.Split(' '))
            .Where(static parts => parts[2] is "cgroup" or "cgroup2")
            .Select(static parts => (parts[1], parts[2] == "cgroup2", parts[3].Split(',').ToHashSet())),
    ];

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex ContainerId();
}
