using System.Net.Sockets;

namespace Saker.Detector.Outputs;

/// <summary>Writes each alert to the machine's syslog, with the severity of its priority.</summary>
/// <param name="clock">The time of messages.</param>
/// <param name="path">Where syslog listens.</param>
internal sealed class SyslogOutput(TimeProvider clock, string path = SyslogSocket.DefaultPath) : IAlertOutput
{
    private readonly SyslogSocket syslog = new(path, clock);

    public string Name => "syslog";

    public async ValueTask WriteAsync(AlertLine alert, CancellationToken cancellationToken)
    {
        try
        {
            await syslog.SendAsync(alert.Priority, alert.Line, cancellationToken);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.MessageSize)
        {
            throw new AlertRefusedException($"an alert of {alert.Line.Length} bytes is longer than syslog takes.", exception);
        }
        catch (SocketException exception)
        {
            throw new IOException($"{path}: {Reason(exception)}", exception);
        }
    }

    public ValueTask DisposeAsync()
    {
        syslog.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Reason(SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.AddressNotAvailable => "there is no such socket; does a syslog run here, and is its socket mounted into the container?",
        SocketError.ConnectionRefused => "nobody listens there; does a syslog run here?",
        SocketError.AccessDenied => "it may not be written to.",
        _ => $"it cannot be written to ({exception.SocketErrorCode}: {exception.Message}).",
    };
}
