using System.Runtime.InteropServices;

namespace Saker.Router.Benchmarks.Allocation;

/// <summary>While it lasts, standard output leads to nowhere, for whoever writes to its descriptor.</summary>
internal sealed partial class QuietOutput : IDisposable
{
    private const int StandardOutput = 1;
    private readonly int kept = Duplicate(StandardOutput);

    public QuietOutput()
    {
        using var nowhere = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        Replace((int)nowhere.DangerousGetHandle(), StandardOutput);
    }

    public void Dispose()
    {
        Replace(kept, StandardOutput);
        Close(kept);
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Replace(int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
