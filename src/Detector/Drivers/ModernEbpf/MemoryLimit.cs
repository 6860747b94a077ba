using System.Globalization;
using Saker.Detector.Capture;
using Saker.Detector.Drivers.Rings;

namespace Saker.Detector.Drivers.ModernEbpf;

/// <summary>
/// The limit of this process's memory cgroup, which the kernel charges ring buffers to. A preset over it would get the
/// process killed while it starts, with nothing said.
/// </summary>
internal static class MemoryLimit
{
    private const string Version1File = "memory.limit_in_bytes";
    private const string Version2File = "memory.max";

    /// <summary>Refuses rings that do not fit.</summary>
    /// <param name="plan">The rings.</param>
    /// <param name="limit">Bytes that the cgroup may have; null for no limit.</param>
    /// <param name="used">Bytes that the process has already.</param>
    /// <exception cref="EventSourceException">They do not fit.</exception>
    public static void Check(RingPlan plan, long? limit, long used)
    {
        if (limit is not { } allowed || plan.TotalBytes + used <= allowed)
        {
            return;
        }

        throw new EventSourceException(
            $"The ring buffers would take {Mebibytes(plan.TotalBytes)} ({plan.Count} of {Mebibytes(plan.Bytes)} each), but this process's memory cgroup allows {Mebibytes(allowed)}, of which {Mebibytes(used)} are in use. " +
            "Lower engine.modern_ebpf.buf_size_preset, raise cpus_for_each_buffer so that more CPUs share a ring, or raise the container's memory limit.");
    }

    /// <summary>The lowest limit of this process's memory cgroup and those above it, in bytes; null when there is none.</summary>
    public static long? OfThisProcess() => Read(Text("/proc/self/cgroup"), Text("/proc/self/mountinfo"));

    /// <summary>The same from the content of <c>/proc/PID/cgroup</c> and <c>/proc/PID/mountinfo</c>.</summary>
    public static long? Read(string cgroups, string mounts)
    {
        var limits = new List<long>();
        foreach (var line in cgroups.Split('\n'))
        {
            // hierarchy:controllers:path; version 2 has the number 0 and names no controllers.
            var parts = line.Split(':', 3);
            if (parts.Length < 3)
            {
                continue;
            }

            var second = parts[0] == "0" && parts[1].Length == 0;
            if (second || parts[1].Split(',').Contains("memory"))
            {
                limits.AddRange(LimitsAlong(parts[2], mounts, second));
            }
        }

        return limits.Count > 0 ? limits.Min() : null;
    }

    private static IEnumerable<long> LimitsAlong(string path, string mounts, bool second)
    {
        if (FindMount(mounts, second) is not var (root, mountPoint))
        {
            yield break;
        }
        // A container sees its own cgroup as the root of the mount.
        var inside = root == "/" ? path : path.StartsWith(root, StringComparison.Ordinal) ? path[root.Length..] : "";
        var names = inside.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var depth = names.Length; depth >= 0; depth--)
        {
            var file = Path.Combine([mountPoint, .. names[..depth], second ? Version2File : Version1File]);
            // Without a limit the file says "max", or a number that no machine has.
            if (long.TryParse(Text(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit < long.MaxValue / 2)
            {
                yield return limit;
            }
        }
    }

    private static (string Root, string MountPoint)? FindMount(string mounts, bool second)
    {
        foreach (var line in mounts.Split('\n'))
        {
            // id parent device root mountpoint options … - type source super-options (proc_pid_mountinfo(5))
            var halves = line.Split(" - ", 2);
            var left = halves[0].Split(' ');
            var right = halves.Length > 1 ? halves[1].Split(' ') : [];
            if (left.Length < 5 || right.Length < 3)
            {
                continue;
            }

            if (second ? right[0] == "cgroup2" : right[0] == "cgroup" && right[2].Split(',').Contains("memory"))
            {
                return (left[3], left[4]);
            }
        }

        return null;
    }

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Mebibytes(long bytes) => $"{(bytes + (1 << 20) - 1) >> 20} MiB";
}
