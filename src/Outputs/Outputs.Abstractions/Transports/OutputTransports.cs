using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Saker.Outputs.Proxies;

namespace Saker.Outputs.Transports;

/// <summary>The ways of one instance to its destination, made by the router: they carry its certificates and its proxy, and end with it.</summary>
public sealed class OutputTransports : IDisposable
{
    private readonly NetworkOutputOptions? options;
    private readonly ProxySettings proxy;
    private readonly Lazy<HttpMessageInvoker> http;
    private readonly Lazy<HttpMessageInvoker> local;

    /// <param name="options">The instance's options; null for one that stays on this machine.</param>
    /// <param name="certificates">The certificates for this instance.</param>
    /// <param name="proxy">The proxies of the environment.</param>
    public OutputTransports(NetworkOutputOptions? options, TlsClientCertificates certificates, ProxySettings proxy)
    {
        this.options = options;
        Certificates = certificates;
        this.proxy = options is HttpOutputOptions { Proxy.IsEmpty: false } own ? ProxySettings.ForAll(own.Proxy) : proxy;
        http = new Lazy<HttpMessageInvoker>(() => OutputHttpClients.Create(Tls(), this.proxy, Route));
        local = new Lazy<HttpMessageInvoker>(() => OutputHttpClients.Create(new SslClientAuthenticationOptions(), ProxySettings.None, Route));
    }

    /// <summary>Where a name and a port lead in place of what the network says; null leads nowhere else. Tests lead fixed addresses to themselves.</summary>
    public Func<DnsEndPoint, EndPoint>? Route { get; init; }

    /// <summary>Certificates for clients that have TLS of their own.</summary>
    public TlsClientCertificates Certificates { get; }

    /// <summary>
    /// The client for HTTP, without redirects, cookies, the credentials of this user or a time limit of its own: the token of an attempt
    /// carries it. It gives an answer as soon as its head is there.
    /// </summary>
    public HttpMessageInvoker Http => http.Value;

    /// <summary>The same for what belongs to this machine and is no destination, such as a cloud's metadata service: without proxy and certificates.</summary>
    public HttpMessageInvoker Local => local.Value;

    /// <summary>The proxy on the way to an address, without user and password; null for none.</summary>
    public Uri? ProxyTo(Uri address) => proxy.GetProxy(address);

    /// <summary>How to begin TLS; the caller adds the name of the host.</summary>
    public SslClientAuthenticationOptions Tls() => OutputTls.Options(options, Certificates);

    /// <summary>A connection to a host, without TLS.</summary>
    /// <exception cref="SocketException">It cannot be reached; <see cref="ConnectionWords"/> has words for it.</exception>
    public async ValueTask<NetworkStream> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        var target = new DnsEndPoint(host, port);
        return await OutputHttpClients.ConnectAsync(Route?.Invoke(target) ?? target, cancellationToken);
    }

    /// <summary>Connections of a kind, opened late, used by one attempt at a time each, and closed when they break or grow old.</summary>
    /// <param name="open">Opens one.</param>
    /// <param name="clock">Measures their age.</param>
    public static ConnectionPool<T> Connections<T>(Func<CancellationToken, ValueTask<T>> open, TimeProvider clock)
        where T : class => new(open, clock);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in new[] { http, local })
        {
            if (client.IsValueCreated)
            {
                client.Value.Dispose();
            }
        }
    }
}
