using Saker.Detector.Capture;
using Saker.Detector.Drivers;
using Saker.Detector.State;
using Saker.Detector.State.Proc;

namespace Saker.Detector.Engine;

/// <summary>Connects a state with the running machine.</summary>
internal static class HostState
{
    /// <summary>
    /// Reads users and addresses, and gives the state a way to look up threads that no event told of. What comes back reads the
    /// threads and descriptors that there are. To be called after the source has begun to deliver: it holds what happens
    /// meanwhile, and each entry knows when it was read and leaves older events alone.
    /// </summary>
    public static ProcScanner Connect(MachineState state, TimeProvider clock)
    {
        var hostRoot = HostRoot.OfThisProcess();
        var scanner = new ProcScanner(hostRoot + "/proc", clock);
        state.Lookup = scanner;
        state.BootedAt = Libc.WallAtBoot();
        HostFiles.ReadUsers(state, hostRoot);
        HostFiles.ReadInterfaces(state);
        return scanner;
    }
}
