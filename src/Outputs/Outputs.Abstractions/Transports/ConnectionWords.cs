using System.Net.Sockets;
using System.Security.Authentication;

namespace Saker.Outputs.Transports;

/// <summary>Says in plain words why a destination could not be reached, with its host and without the rest of its address, which may be a secret.</summary>
public static class ConnectionWords
{
    // .NET tells what is wrong with a certificate by the names of its own enumerations.
    private static readonly (string Sign, string Words)[] OfCertificates =
    [
        ("NameMismatch", "its certificate is for another name"),
        ("NotTimeValid", "its certificate has expired or is not valid yet"),
        ("Revoked", "its certificate was revoked"),
        ("UntrustedRoot", "its certificate is signed by nobody who is trusted here (tlsclient.cacertfile adds an authority)"),
        ("NotSignatureValid", "its certificate is signed by nobody who is trusted here (tlsclient.cacertfile adds an authority)"),
        ("PartialChain", "its certificate is signed by nobody who is trusted here (tlsclient.cacertfile adds an authority), or it does not send the certificates in between"),
        ("NotAvailable", "it presents no certificate"),
        ("invalid", "its certificate is not accepted"),
    ];

    /// <summary>Why a request to <paramref name="target"/> failed.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="target">Where the request was to go.</param>
    /// <param name="proxy">The proxy in between; null for none.</param>
    public static string Of(HttpRequestException failure, Uri target, Uri? proxy = null)
    {
        ArgumentNullException.ThrowIfNull(failure);
        ArgumentNullException.ThrowIfNull(target);
        var host = $"{target.Host}:{target.Port}";
        return Known(failure, proxy is null ? host : $"{host} by the proxy {proxy.Host}:{proxy.Port}") ?? failure.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => $"the name of {host} is not known",
            HttpRequestError.SecureConnectionError => $"TLS with {host} failed: it speaks no TLS on this port, or none that both sides accept",
            HttpRequestError.ProxyTunnelError => $"the proxy did not let the connection to {host} through",
            HttpRequestError.ResponseEnded => $"{host} closed the connection without an answer",
            HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError => $"{host} answers with what is not HTTP",
            HttpRequestError.ConfigurationLimitExceeded => $"the answer of {host} has too many or too long headers",
            _ => $"the connection to {host} failed",
        };
    }

    /// <summary>Why a connection to a host failed or broke.</summary>
    public static string Of(Exception failure, string host, int port)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return Known(failure, $"{host}:{port}") ?? $"the connection to {host}:{port} failed";
    }

    private static string? Known(Exception failure, string host)
    {
        var deepest = failure;
        while (deepest.InnerException is { } inner)
        {
            deepest = inner;
        }

        if (deepest is SocketException socket)
        {
            return OfSocket(socket.SocketErrorCode, host);
        }

        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
            {
                return $"TLS with {host} failed: {OfTls(cause)}";
            }
        }

        return null;
    }

    private static string OfSocket(SocketError error, string host) => error switch
    {
        SocketError.ConnectionRefused => $"the connection to {host} was refused: nobody listens there",
        SocketError.HostNotFound or SocketError.NoData => $"the name of {host} is not known",
        SocketError.TryAgain => $"the name of {host} cannot be looked up at present",
        SocketError.TimedOut => $"{host} did not answer in time",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown => $"there is no way to {host}",
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => $"{host} broke the connection off",
        SocketError.AccessDenied => $"this machine does not allow a connection to {host}",
        _ => $"the connection to {host} failed",
    };

    private static string OfTls(Exception failure)
    {
        foreach (var (sign, words) in OfCertificates)
        {
            if (failure.Message.Contains(sign, StringComparison.Ordinal))
            {
                return words;
            }
        }

        return "it speaks no TLS on this port, or none that both sides accept";
    }
}
