using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Saker.Router.Benchmarks.Allocation;

/// <summary>While it lasts, standard output leads to nowhere, for whoever writes to its descriptor.</summary>
internal sealed partial class QuietOutput : IDisposable
{
    private const int StandardOutput = 1;
    private readonly SafeFileHandle kept = new(Duplicate(StandardOutput), ownsHandle: true);

    public QuietOutput()
    {
        using var nowhere = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        LeadTo(nowhere);
    }

    public void Dispose()
    {
        LeadTo(kept);
        kept.Dispose();
    }

    private static void LeadTo(SafeFileHandle target)
    {
        if (Replace((int)target.DangerousGetHandle(), StandardOutput) < 0)
        {
            throw new IOException("Standard output cannot be led elsewhere.");
        }
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Replace(int descriptor, int target);
}
