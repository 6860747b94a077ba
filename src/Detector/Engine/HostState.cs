using Saker.Detector.State;
using Saker.Detector.State.Proc;

namespace Saker.Detector.Engine;

/// <summary>Reads what there is on the running machine before the first event.</summary>
internal static class HostState
{
    /// <summary>
    /// Reads threads, descriptors, users and addresses. To be called after the source has begun to deliver: its rings hold
    /// what happens meanwhile, and each entry knows when it was read and leaves older events alone.
    /// </summary>
    public static void Read(MachineState state, TimeProvider clock)
    {
        string hostRoot = Environment.GetEnvironmentVariable("HOST_ROOT") ?? "";
        var scanner = new ProcScanner(Path.Combine(hostRoot + "/", "proc"), clock);
        state.Lookup = scanner;
        scanner.ScanAll(state);
        HostFiles.ReadUsers(state, hostRoot);
        HostFiles.ReadInterfaces(state);
    }
}
