using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Saker.Alerts;

namespace Saker.Detector.Outputs;

/// <summary>
/// The machine's syslog, in the form in which syslog(3) writes: facility, severity, local time, the program's name, the text. Over the
/// datagram socket that there is on all systems, or over a stream where that is what listens. For one caller at a time.
/// </summary>
internal sealed class SyslogSocket(string path, TimeProvider clock) : IDisposable
{
    /// <summary>Where syslog listens.</summary>
    public const string DefaultPath = "/dev/log";

    private const string Program = "saker-detector";
    private const int UserFacility = 1 << 3;

    // syslog(3) writes English months whatever the language.
    private static readonly string[] Months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    private Socket? socket;

    /// <summary>Sends one message.</summary>
    /// <exception cref="SocketException">Nobody took it.</exception>
    public async ValueTask SendAsync(Priority severity, ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        // A syslog that was started anew has another socket, which shows when something is sent to the old one.
        for (var isFirst = socket is not null; ; isFirst = false)
        {
            try
            {
                socket ??= await ConnectAsync(cancellationToken);
                var message = Message(severity, text.Span, socket.SocketType == SocketType.Stream);
                for (ReadOnlyMemory<byte> rest = message; rest.Length > 0;)
                {
                    rest = rest[await socket.SendAsync(rest, cancellationToken)..];
                }

                return;
            }
            catch (SocketException exception) when (exception.SocketErrorCode != SocketError.MessageSize)
            {
                Dispose();
                if (!isFirst)
                {
                    throw;
                }
            }
        }
    }

    public void Dispose()
    {
        socket?.Dispose();
        socket = null;
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ConnectAsync(SocketType.Dgram, cancellationToken);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ProtocolType)
        {
            return await ConnectAsync(SocketType.Stream, cancellationToken);
        }
    }

    private async Task<Socket> ConnectAsync(SocketType type, CancellationToken cancellationToken)
    {
        var connecting = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
        try
        {
            await connecting.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return connecting;
        }
        catch
        {
            connecting.Dispose();
            throw;
        }
    }

    private byte[] Message(Priority severity, ReadOnlySpan<byte> text, bool isStream)
    {
        var now = clock.GetLocalNow();
        var head = string.Create(CultureInfo.InvariantCulture, $"<{UserFacility | (int)severity}>{Months[now.Month - 1]} {now.Day,2} {now:HH:mm:ss} {Program}: ");
        // Over a stream a message ends with NUL.
        return isStream ? [.. Encoding.ASCII.GetBytes(head), .. text, 0] : [.. Encoding.ASCII.GetBytes(head), .. text];
    }
}
