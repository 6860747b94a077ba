using Microsoft.AspNetCore.Server.Kestrel.Core;
using Saker.Http;
using Saker.Router.Configuration;
using Saker.Router.Http;
using Saker.Router.Options;

namespace Saker.Router.Ingest;

/// <summary>The port that alerts come in by.</summary>
internal sealed class IngestServer : IAsyncDisposable
{
    // Recorded: Falcosidekick takes 1,000 headers and a megabyte of them.
    private const int MaxHeaders = 1100;
    private const int MaxHeaderBytes = 1 << 20;

    private readonly PlainKestrel kestrel;

    private IngestServer(PlainKestrel kestrel) => this.kestrel = kestrel;

    /// <summary>The port in use, also when any free one was asked for (0).</summary>
    public int Port => new Uri(kestrel.Addresses.First()).Port;

    /// <summary>Listens from the return on.</summary>
    /// <exception cref="IOException">The address cannot be used; the message says why.</exception>
    public static async Task<IngestServer> StartAsync(
        ListenAddress address, int port, HttpOptions options, AlertEndpoints endpoints, ILoggerFactory loggers, CancellationToken cancellationToken, ServerTls? tls = null)
    {
        var kestrel = new KestrelServerOptions();
        if (tls is not null)
        {
            kestrel.ApplicationServices = PlainKestrel.TlsServices(loggers);
        }

        Configure(kestrel, address, port, options, tls);
        return new IngestServer(await PlainKestrel.StartAsync(kestrel, endpoints.HandleAsync, loggers, cancellationToken));
    }

    /// <summary>Closes the port and waits for the requests under way, until the token is cancelled.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => kestrel.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => kestrel.DisposeAsync();

    private static void Configure(KestrelServerOptions kestrel, ListenAddress address, int port, HttpOptions options, ServerTls? tls)
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
        address.Listen(kestrel, port, tls is null ? UseHttp1 : tls.Secure);
        if (tls?.PlainPort is { } plain)
        {
            address.Listen(kestrel, plain, tls.LeavePlain);
        }
    }

    private static void UseHttp1(ListenOptions listen) => listen.Protocols = HttpProtocols.Http1;
}
