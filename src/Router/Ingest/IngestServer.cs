using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Saker.Http;
using Saker.Router.Http;
using Saker.Router.Options;

namespace Saker.Router.Ingest;

/// <summary>The port that alerts come in by.</summary>
internal sealed class IngestServer : IAsyncDisposable
{
    // Recorded: Falcosidekick takes 1,000 headers and a megabyte of them; Go adds 4 KiB to what it is told.
    private const int MaxHeaders = 1100;
    private const int MaxHeaderBytes = (1 << 20) + 4096;

    // A stream may say nothing for hours; whether anybody is still there is asked.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(30);

    private readonly PlainKestrel kestrel;

    private IngestServer(PlainKestrel kestrel) => this.kestrel = kestrel;

    /// <summary>The port in use, also when any free one was asked for (0).</summary>
    public int Port => new Uri(kestrel.Addresses.First()).Port;

    /// <summary>The addresses in use, with their real ports.</summary>
    public IReadOnlyList<string> Addresses => [.. kestrel.Addresses];

    /// <summary>Listens from the return on.</summary>
    /// <exception cref="IOException">The address cannot be used; the message says why.</exception>
    public static async Task<IngestServer> StartAsync(
        ListenAddress address, int port, HttpOptions options, AlertEndpoints endpoints, ILoggerFactory loggers, CancellationToken cancellationToken, ServerTls? tls = null,
        CleartextHttp2? http2 = null)
    {
        var kestrel = new KestrelServerOptions();
        if (tls is not null)
        {
            kestrel.ApplicationServices = PlainKestrel.TlsServices(loggers);
        }

        Configure(kestrel, address, port, options, tls, http2);
        try
        {
            return new IngestServer(await PlainKestrel.StartAsync(kestrel, endpoints.HandleAsync, loggers, cancellationToken));
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            var ports = tls?.PlainPort is { } plain ? $"ports {port} and {plain}" : $"port {port}";
            throw new IOException(Problem(SocketErrorOf(exception), address, ports) ?? exception.Message, exception);
        }
    }

    // Kestrel wraps an address in use, and nothing else.
    private static SocketError SocketErrorOf(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is SocketException socket)
            {
                return socket.SocketErrorCode;
            }
        }

        return exception.InnerException is AddressInUseException ? SocketError.AddressAlreadyInUse : SocketError.SocketError;
    }

    private static string? Problem(SocketError error, ListenAddress address, string ports) => error switch
    {
        SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported =>
            $"this machine has no address '{address}'; set listenaddress to one of its own, or leave it out to listen on every address.",
        SocketError.AddressAlreadyInUse =>
            $"another program listens on {ports} already; stop that one, or choose another listenport.",
        SocketError.AccessDenied =>
            $"this user may not listen on {ports}; choose a listenport of 1024 or above, or give the program the right CAP_NET_BIND_SERVICE.",
        _ => null,
    };

    /// <summary>Closes the port and waits for the requests under way, until the token is cancelled.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => kestrel.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => kestrel.DisposeAsync();

    private static void Configure(KestrelServerOptions kestrel, ListenAddress address, int port, HttpOptions options, ServerTls? tls, CleartextHttp2? http2)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowHostHeaderOverride = true; // a proxy may send an absolute target of another name
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        kestrel.Limits.MaxRequestHeaderCount = MaxHeaders;
        kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        kestrel.Limits.MaxRequestLineSize = MaxHeaderBytes;
        kestrel.Limits.MaxRequestBufferSize = MaxHeaderBytes;
        kestrel.Limits.RequestHeadersTimeout = options.ReadTimeout;
        kestrel.Limits.KeepAliveTimeout = options.IdleTimeout;

        // The endpoints bound size and time of a body themselves, because unpacked bodies count as well.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.Http2.KeepAlivePingDelay = PingDelay;
        kestrel.Limits.Http2.KeepAlivePingTimeout = PingTimeout;
        address.Listen(kestrel, port, Known(tls is null ? UseHttp1 : tls.Secure));
        if (tls?.PlainPort is { } plain)
        {
            address.Listen(kestrel, plain, Known(listen =>
            {
                tls.LeavePlain(listen);
                http2?.Use(listen);
            }));
        }

        // The last one: the addresses in use begin with those of the network.
        http2?.Listen(kestrel, Known(static _ => { }));

        void UseHttp1(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            http2?.Use(listen);
        }
    }

    // What is refused on a connection is told with the sender's address, which has to be known before its first request.
    private static Action<ListenOptions> Known(Action<ListenOptions> configure) => listen =>
    {
        listen.Use(static next => connection =>
        {
            Refusals.Serve(connection.RemoteEndPoint);
            return next(connection);
        });
        configure(listen);
    };
}
