using System.Runtime.InteropServices;
using Saker.CommandLine;

namespace Saker.Detector.Hosting;

/// <summary>
/// The signals of the process, with Falco's meaning: SIGINT and SIGTERM stop in order, a second one at once; SIGHUP reads configuration
/// and rules again; SIGUSR1 opens files anew.
/// </summary>
internal sealed class ProcessSignals : IDisposable
{
    // No name of the framework's stands for it; 10 on the architectures that there is a driver for.
    private const PosixSignal OpenAnew = (PosixSignal)10;

    private readonly StopSignals stop;
    private readonly PosixSignalRegistration[] registrations;

    /// <summary>Listens from now on, also while the detector starts.</summary>
    public ProcessSignals(HostControl control)
    {
        stop = new StopSignals(control.AskStop);
        registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                control.AskReload();
            }),
            PosixSignalRegistration.Create(OpenAnew, context =>
            {
                context.Cancel = true;
                control.Reopen?.Invoke();
            }),
        ];
    }

    public void Dispose()
    {
        stop.Dispose();
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }
    }
}
