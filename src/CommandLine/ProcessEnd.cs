using System.Runtime.InteropServices;

namespace Saker.CommandLine;

/// <summary>The end of a process that is asked a second time to stop, and does not wait for what the first stop waits for.</summary>
public static partial class ProcessEnd
{
    private const int KilledBy = 128;

    /// <summary>Ends the process now, with the exit code that shells give a process which a signal has ended.</summary>
    /// <param name="signal">The signal's number: 2 for SIGINT, 15 for SIGTERM.</param>
    public static void Now(int signal) => Exit(KilledBy + signal);

    // Without handlers of any kind, which might wait for what does not end.
    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);
}
