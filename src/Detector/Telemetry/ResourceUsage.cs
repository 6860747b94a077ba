using System.Globalization;

namespace Saker.Detector.Telemetry;

/// <summary>Memory and CPU of this process and of the host, from /proc. What cannot be read is null.</summary>
internal sealed record ResourceUsage
{
    /// <summary>Memory of this process that is in RAM, in bytes. The driver's rings count.</summary>
    public long? ResidentBytes { get; private init; }

    /// <summary>The same, with shared memory divided among those who share it.</summary>
    public long? ProportionalBytes { get; private init; }

    /// <summary>Address space of this process, in bytes.</summary>
    public long? VirtualBytes { get; private init; }

    /// <summary>Memory of the container that this process runs in, in bytes.</summary>
    public long? ContainerBytes { get; private init; }

    /// <summary>Share of all CPU time of the host since its start that was not idle.</summary>
    public double? HostCpuRatio { get; private init; }

    /// <summary>Memory of the host in use, in bytes, without buffers and caches.</summary>
    public long? HostUsedBytes { get; private init; }

    /// <summary>Processes of the host that can run now.</summary>
    public long? HostRunning { get; private init; }

    /// <summary>Open file handles of the host.</summary>
    public long? HostOpenFiles { get; private init; }

    /// <summary>Reads everything.</summary>
    public static ResourceUsage Read()
    {
        string status = Text("/proc/self/status"), memory = Text("/proc/meminfo"), stat = Text("/proc/stat");
        return new ResourceUsage
        {
            ResidentBytes = Kilobytes(status, "VmRSS:"),
            VirtualBytes = Kilobytes(status, "VmSize:"),
            ProportionalBytes = Kilobytes(Text("/proc/self/smaps_rollup"), "Pss:"),
            ContainerBytes = Number(Text("/sys/fs/cgroup/memory.current")) ?? Number(Text("/sys/fs/cgroup/memory/memory.usage_in_bytes")),
            HostCpuRatio = CpuRatio(stat),
            HostRunning = Number(Line(stat, "procs_running ")),
            HostUsedBytes = Kilobytes(memory, "MemTotal:") - Kilobytes(memory, "MemFree:") - Kilobytes(memory, "Buffers:")
                - Kilobytes(memory, "Cached:") - Kilobytes(memory, "SReclaimable:"),
            HostOpenFiles = Number(Text("/proc/sys/fs/file-nr")),
        };
    }

    /// <summary>What stands behind a key at the start of a line; empty when there is none.</summary>
    internal static ReadOnlySpan<char> Line(string text, string key)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(key, StringComparison.Ordinal))
            {
                return line[key.Length..];
            }
        }

        return default;
    }

    /// <summary>The number that a text begins with, after blanks.</summary>
    internal static long? Number(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return long.TryParse(end < 0 ? text : text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>A small file of the kernel; empty when it cannot be read.</summary>
    internal static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return ""; // not every kernel and container has all of them
        }
    }

    private static long? Kilobytes(string text, string key) => Number(Line(text, key)) * 1024;

    // user nice system idle iowait …: the fourth and fifth are idle.
    private static double? CpuRatio(string stat)
    {
        double total = 0, idle = 0;
        var column = 0;
        var line = Line(stat, "cpu ");
        foreach (var part in line.Split(' '))
        {
            if (Number(line[part]) is not { } ticks)
            {
                continue;
            }

            total += ticks;
            if (column is 3 or 4)
            {
                idle += ticks;
            }

            column++;
        }

        return total > 0 ? (total - idle) / total : null;
    }
}
