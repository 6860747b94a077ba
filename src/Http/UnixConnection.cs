using System.Net.Sockets;

namespace Saker.Http;

/// <summary>A connection to a Unix socket, for handlers whose requests all go there.</summary>
public static class UnixConnection
{
    /// <summary>Connects.</summary>
    /// <param name="path">The socket.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">The path is too long for a socket.</exception>
    /// <exception cref="SocketException">Nobody listens there, or it is not ours to use.</exception>
    public static async ValueTask<Stream> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (ArgumentException exception)
        {
            socket.Dispose();
            throw new IOException($"The path is too long for a socket: {exception.Message}", exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
