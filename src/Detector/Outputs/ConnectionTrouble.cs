using System.Net.Sockets;
using System.Security.Authentication;

namespace Saker.Detector.Outputs;

/// <summary>Why no connection came about, in plain words.</summary>
internal static class ConnectionTrouble
{
    /// <param name="exception">What the client says.</param>
    /// <param name="section">The output's section, for the cure.</param>
    public static string Reason(HttpRequestException exception, string section) => exception.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "its name cannot be resolved.",
        HttpRequestError.SecureConnectionError when exception.InnerException is AuthenticationException =>
            $"its certificate is not trusted here ({section}.ca_cert names the authority's file).",
        HttpRequestError.SecureConnectionError => "no TLS connection came about.",
        HttpRequestError.ConnectionError when exception.InnerException is SocketException { SocketErrorCode: var error } => error switch
        {
            SocketError.ConnectionRefused => "the connection is refused; nobody listens there.",
            SocketError.TimedOut => "nobody answers there.",
            SocketError.HostUnreachable or SocketError.NetworkUnreachable => "there is no way there.",
            SocketError.AddressNotAvailable => "there is no such socket.",
            _ => $"no connection ({error}).",
        },
        HttpRequestError.ConnectionError => "no connection came about.",
        HttpRequestError.ProxyTunnelError => "the proxy refuses to connect.",
        HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse => "what answers there does not speak HTTP, or hangs up before it has answered.",
        _ => "the connection broke.",
    };
}
