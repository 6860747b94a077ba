using System.Net.Sockets;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>The way to a runtime: its Unix socket, for HTTP of either version.</summary>
internal static class UnixSocket
{
    /// <summary>A handler whose connections all go there.</summary>
    public static SocketsHttpHandler Handler(string path, TimeSpan patience) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectTimeout = patience,
        MaxResponseHeadersLength = 64,
        ConnectCallback = (_, cancellationToken) => ConnectAsync(path, cancellationToken),
    };

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
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
