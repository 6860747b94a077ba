using System.Net.Sockets;
using System.Security.Authentication;

namespace Saker.Detector.Outputs;

/// <summary>Why no connection came about, in plain words.</summary>
internal static class ConnectionTrouble
{
    /// <param name="exception">What the client says.</param>
    /// <param name="section">The output's section, for the cure.</param>
    /// <param name="isNameless">Whether it is spoken to over TLS without a certificate of this side.</param>
    public static string Reason(HttpRequestException exception, string section, bool isNameless)
    {
        if (isNameless && WantsCertificate(exception))
        {
            return $"it wants a certificate of this side ({section}.mtls, client_cert and client_key).";
        }

        var reason = Reason(exception, section);
        // Some say so, and others hang up.
        return isNameless && exception.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.Unknown
            ? $"{reason[..^1]}; perhaps it wants a certificate of this side ({section}.mtls)." : reason;
    }

    // OpenSSL's words for the other side's refusal.
    private static bool WantsCertificate(Exception exception)
    {
        for (var inner = (Exception?)exception; inner is not null; inner = inner.InnerException)
        {
            if (inner.Message.Contains("alert certificate required", StringComparison.Ordinal) || inner.Message.Contains("alert bad certificate", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static string Reason(HttpRequestException exception, string section) => exception.HttpRequestError switch
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
