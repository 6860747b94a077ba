using System.Net;
using System.Net.Sockets;

namespace Saker.Http;

/// <summary>A connection on which the kernel looks now and then whether the other side is still there.</summary>
public static class ProbedConnection
{
    /// <summary>Connects, as .NET does by itself.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="idle">Seconds of silence before the first probe.</param>
    /// <param name="interval">Seconds between two probes.</param>
    /// <param name="probes">Probes without an answer that end it; null for as many as the system wants.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async ValueTask<Stream> OpenAsync(EndPoint target, int idle, int interval, int? probes, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, idle);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, interval);
            if (probes is { } count)
            {
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, count);
            }

            await socket.ConnectAsync(target, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
