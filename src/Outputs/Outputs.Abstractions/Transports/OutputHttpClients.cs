using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Saker.Outputs.Proxies;

namespace Saker.Outputs.Transports;

/// <summary>Makes the HTTP client of an output instance.</summary>
internal static class OutputHttpClients
{
    /// <summary>A client without redirects, cookies, the credentials of this user or a time limit of its own.</summary>
    public static HttpMessageInvoker Create(SslClientAuthenticationOptions tls, ProxySettings proxy, Func<DnsEndPoint, EndPoint>? route)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !proxy.IsNone,
            Proxy = proxy, // .NET's own reading of the variables knows no networks, ports or '*'
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // a destination may move to another address
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            ActivityHeadersPropagator = null,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8, // without it a header with 'é' fails every attempt
            SslOptions = tls,
        };
        if (route is not null)
        {
            handler.ConnectCallback = async (context, cancellationToken) => await ConnectAsync(route(context.DnsEndPoint), cancellationToken);
        }

        return new HttpMessageInvoker(handler); // HttpClient would do no more here than join two tokens for every request
    }

    /// <summary>A connection without TLS.</summary>
    public static async ValueTask<NetworkStream> ConnectAsync(EndPoint target, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
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
