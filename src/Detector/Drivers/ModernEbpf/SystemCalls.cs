namespace Saker.Detector.Drivers.ModernEbpf;

/// <summary>
/// A system call that the driver fills events for. <paramref name="Code"/> is Falco's <c>ppm_sc</c> number;
/// <paramref name="Native64"/> and <paramref name="Native32"/> are the kernel's (arch/x86/entry/syscalls); events are numbers
/// of the drivers' event table, fillers are names of programs in the object.
/// </summary>
internal sealed record SystemCall(string Name, int Code, int Native64, int Native32, ushort ExitEvent, string ExitFiller)
{
    /// <summary>Set for a call whose arguments user space can change while the kernel works on it: also told at its start.</summary>
    public (ushort Event, string Filler)? Enter { get; init; }

    /// <summary>The number of its own that the x32 ABI has for it; 0 for none.</summary>
    public int NativeX32 { get; init; }

    /// <summary>Which <c>socketcall</c> it is for 32-bit programs; 0 for none.</summary>
    public int SocketCall { get; init; }

    /// <summary>Makes threads: the child is told by the scheduler's hook.</summary>
    public bool MakesThreads { get; init; }

    /// <summary>Starts a program: told by the scheduler's hook when it worked.</summary>
    public bool StartsProgram { get; init; }
}

internal static class SystemCalls
{
    /// <summary>Falco's codes of <c>exit</c> and <c>exit_group</c>, which stand for the end of threads (<c>procexit</c>).</summary>
    public static readonly int[] Exits = [2, 164];

    public static readonly SystemCall[] All =
    [
        new("clone", 327, 56, 120, 223, "clone_exit") { MakesThreads = true },
        new("clone3", 328, 435, 435, 335, "clone3_exit") { MakesThreads = true },
        new("close", 6, 3, 6, 5, "close_exit"),
        new("connect", 243, 42, 362, 23, "connect_exit") { Enter = (22, "connect_enter"), SocketCall = 3 },
        new("creat", 7, 85, 8, 59, "creat_exit") { Enter = (58, "creat_enter") },
        new("execve", 324, 59, 11, 293, "execve_exit") { NativeX32 = 520, StartsProgram = true },
        new("execveat", 325, 322, 358, 331, "execveat_exit") { NativeX32 = 545, StartsProgram = true },
        new("fork", 303, 57, 2, 225, "fork_exit") { MakesThreads = true },
        new("open", 5, 2, 5, 3, "open_exit") { Enter = (2, "open_enter") },
        new("openat", 197, 257, 295, 307, "openat_exit") { Enter = (306, "openat_enter") },
        new("openat2", 322, 437, 437, 327, "openat2_exit") { Enter = (326, "openat2_enter") },
        new("vfork", 304, 58, 190, 227, "fork_exit") { MakesThreads = true },
    ];
}
