namespace Saker.Detector.Scap;

/// <summary>The machine that a capture was made on.</summary>
/// <param name="Cpus">Its CPUs.</param>
/// <param name="MemoryBytes">Its memory.</param>
/// <param name="HighestPid">Above all process ids.</param>
/// <param name="Hostname">Its name.</param>
/// <param name="BootedAt">When it started, nanoseconds since 1970; 0 when unknown.</param>
internal sealed record CapturedMachine(int Cpus, long MemoryBytes, long HighestPid, string Hostname, ulong BootedAt)
{
    /// <summary>One that nothing is known of.</summary>
    public static CapturedMachine Unknown { get; } = new(0, 0, 0, "", 0);
}
