using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Saker.Router.Options;

namespace Saker.Router.Http;

/// <summary>TLS towards senders: terms of the port with it, and the port beside it that serves some paths without.</summary>
internal sealed class ServerTls(TlsServerOptions options, ServerCertificates certificates, Refusals refusals, TimeProvider clock)
{
    private const byte HandshakeRecord = 0x16;
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    // Recorded: what a client gets that speaks HTTP to a port with TLS.
    private static readonly byte[] SpeaksHttp = "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"u8.ToArray();

    private readonly PortRoutes plain = new(options.NoTlsPaths.Where(PortRoutes.All.Contains).ToHashSet(StringComparer.Ordinal));
    private readonly PortRoutes secured = new(PortRoutes.All.Except(options.NoTlsPaths).ToHashSet(StringComparer.Ordinal)) { ServesApi = true };

    /// <summary>The port without TLS; null when no path is served there.</summary>
    public int? PlainPort => options.NoTlsPaths.Count == 0 ? null : options.NoTlsPort;

    /// <summary>Sets up the port with TLS.</summary>
    public void Secure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.Use(next => connection => ServeAsync(connection, secured, next));
        listen.Use(next => connection => AnswerPlainHttpAsync(connection, next));
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = HandshakeTimeout,
            OnConnection = _ => new ValueTask<SslServerAuthenticationOptions>(certificates.ForConnection()),
        });
    }

    /// <summary>Sets up the port without.</summary>
    public void LeavePlain(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => connection => ServeAsync(connection, plain, next));
    }

    private static Task ServeAsync(ConnectionContext connection, PortRoutes routes, ConnectionDelegate next)
    {
        connection.Features.Set(routes);
        return next(connection);
    }

    private async Task AnswerPlainHttpAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        using var limit = new CancellationTokenSource(HandshakeTimeout, clock);
        try
        {
            var read = await connection.Transport.Input.ReadAsync(limit.Token);
            var isHttp = !read.Buffer.IsEmpty && read.Buffer.FirstSpan[0] != HandshakeRecord;
            connection.Transport.Input.AdvanceTo(read.Buffer.Start); // seen, not taken: the handshake reads it again
            if (isHttp)
            {
                refusals.CountConnection("HTTP on the port with TLS", "HTTP without TLS on the port with TLS (tlsserver)");
                await connection.Transport.Output.WriteAsync(SpeaksHttp, limit.Token);
                await connection.Transport.Output.CompleteAsync();
                return;
            }
        }
        catch (OperationCanceledException)
        {
            refusals.CountConnection("TLS handshake too slow", "no TLS handshake came in time");
            connection.Abort(new ConnectionAbortedException("No handshake came in time."));
            return;
        }
        catch (IOException)
        {
            return; // gone before it said anything, as those do that only look whether the port is open
        }

        await next(connection);
    }
}
