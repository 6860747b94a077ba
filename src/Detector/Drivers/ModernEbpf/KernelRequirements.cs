using System.Globalization;
using System.Runtime.InteropServices;
using Saker.Detector.Capture;

namespace Saker.Detector.Drivers.ModernEbpf;

/// <summary>What the driver needs of the machine, checked one by one so that each lack has a message of its own.</summary>
internal static class KernelRequirements
{
    /// <summary>Ring buffers and the boot clock came with it.</summary>
    private static readonly Version OldestKernel = new(5, 8);

    public const string TypeInformation = "/sys/kernel/btf/vmlinux";

    // The inode of the initial pid namespace is fixed: PROC_PID_INIT_INO in linux/proc_ns.h.
    private const string InitialPidNamespace = "pid:[4026531836]";

    /// <summary>Why the driver cannot run here; null when it can.</summary>
    public static string? Lacking() => Lacking(HostRoot.OfThisProcess());

    /// <summary>The same where the host's files stand under <paramref name="hostRoot"/> (empty: they are this process's own).</summary>
    public static string? Lacking(string hostRoot)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return "modern_ebpf runs on Linux on x86-64 only; on others use engine kind 'replay'.";
        }

        if (Environment.OSVersion.Version < OldestKernel)
        {
            return $"modern_ebpf needs Linux {OldestKernel} or newer; this is {Environment.OSVersion.Version}.";
        }

        if (!HasCapabilities())
        {
            return "modern_ebpf needs root, or the capabilities CAP_BPF and CAP_PERFMON; run it with sudo, or in a privileged container.";
        }

        if (!File.Exists(TypeInformation))
        {
            return $"modern_ebpf needs the kernel's type information ({TypeInformation}), which this kernel was built without (CONFIG_DEBUG_INFO_BTF), or /sys is not mounted.";
        }

        if (new FileInfo("/proc/self/ns/pid").LinkTarget is { } target && target != InitialPidNamespace)
        {
            return "modern_ebpf runs in the host's pid namespace only, because events carry the host's process ids; start the container with the host's (docker run --pid=host, hostPID: true).";
        }

        if (hostRoot.Length > 0 && !File.Exists(Path.Combine(hostRoot, "proc/self/stat")))
        {
            return $"HOST_ROOT is {hostRoot}, but there is no /proc of the host in it; mount the host's /proc at {Path.Combine(hostRoot, "proc")}, or leave HOST_ROOT unset where the host's pid namespace is shared.";
        }

        if (!NativeLibrary.TryLoad(Libbpf.Library, out _))
        {
            return $"modern_ebpf needs {Libbpf.Library}; install it with: apt-get install libbpf1";
        }

        return null;
    }

    /// <exception cref="EventSourceException">Something is lacking.</exception>
    public static void Check()
    {
        if (Lacking() is { } lacking)
        {
            throw new EventSourceException(lacking);
        }
    }

    private static bool HasCapabilities()
    {
        const int sysAdmin = 21;
        const int perfmon = 38;
        const int bpf = 39;
        const string label = "CapEff:";
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal));
        if (line is null || !ulong.TryParse(line.AsSpan(label.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var held))
        {
            return false;
        }

        bool Holds(int capability) => (held >> capability & 1) != 0;
        return Holds(sysAdmin) || (Holds(bpf) && Holds(perfmon));
    }
}
