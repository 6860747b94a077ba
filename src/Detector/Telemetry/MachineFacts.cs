using Saker.Detector.Scap;

namespace Saker.Detector.Telemetry;

/// <summary>The machine, as /proc describes it.</summary>
/// <param name="KernelRelease">The kernel's release.</param>
/// <param name="BootSeconds">When it started, seconds since 1970; 0 when unknown.</param>
/// <param name="Cpus">Its CPUs; <see cref="Environment.ProcessorCount"/> is what a container's limit leaves of them.</param>
/// <param name="MemoryBytes">Its memory.</param>
/// <param name="HighestPid">Above all process ids.</param>
internal sealed record MachineFacts(string KernelRelease, long BootSeconds, int Cpus, long MemoryBytes, long HighestPid)
{
    /// <summary>The machine as captures describe it.</summary>
    public CapturedMachine AsCaptured() => new(Cpus, MemoryBytes, HighestPid, Environment.MachineName, (ulong)BootSeconds * 1_000_000_000);

    /// <summary>Reads everything.</summary>
    public static MachineFacts Read()
    {
        var stat = ResourceUsage.Text("/proc/stat");
        return new MachineFacts(
            ResourceUsage.Text("/proc/sys/kernel/osrelease").Trim(),
            ResourceUsage.Number(ResourceUsage.Line(stat, "btime ")) ?? 0,
            stat.Split('\n').Count(static line => line.StartsWith("cpu", StringComparison.Ordinal) && line.Length > 3 && char.IsAsciiDigit(line[3])),
            1024 * ResourceUsage.Number(ResourceUsage.Line(ResourceUsage.Text("/proc/meminfo"), "MemTotal:")) ?? 0,
            ResourceUsage.Number(ResourceUsage.Text("/proc/sys/kernel/pid_max")) ?? 0);
    }
}
