using System.Runtime.InteropServices;

namespace Saker.CommandLine;

/// <summary>
/// SIGINT and SIGTERM: the first asks for an orderly stop, a second one ends the process at once. Nobody else may listen to them, for a
/// handler that waits for the end would hold up the second.
/// </summary>
public sealed class StopSignals : IDisposable
{
    private const int Interrupt = 2;
    private const int Terminate = 15;

    private readonly PosixSignalRegistration[] registrations;

    /// <summary>Listens from now on.</summary>
    /// <param name="ask">Asks for the stop, and does not wait for it; false when it was asked for already.</param>
    public StopSignals(Func<bool> ask) => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, ask, Interrupt)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, ask, Terminate)),
    ];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }
    }

    private static void Stop(PosixSignalContext context, Func<bool> ask, int number)
    {
        context.Cancel = true;
        if (!ask())
        {
            ProcessEnd.Now(number);
        }
    }
}
