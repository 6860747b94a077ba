using System.Net.Sockets;

namespace Saker.Http;

/// <summary>What a client of HTTP throws when a destination cannot be reached.</summary>
public static class HttpFailure
{
    /// <summary>
    /// The failure that an exception is; null for one that is none. .NET's client asks a connection that has just broken for its address, and
    /// lets the exception of the socket through that comes of it.
    /// </summary>
    public static HttpRequestException? Of(Exception exception) => exception switch
    {
        HttpRequestException failure => failure,
        SocketException socket => new HttpRequestException(HttpRequestError.ConnectionError, socket.Message, socket),
        _ => null,
    };
}
