using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Saker.Http;
using Saker.Router.Options;

namespace Saker.Router.Http;

/// <summary>HTTP/2 without TLS on the port of HTTP/1.1: a connection that begins with HTTP/2's preface is handed to an endpoint that speaks it.</summary>
internal sealed class CleartextHttp2(HttpOptions options, Refusals refusals, TimeProvider clock)
{
    private readonly InnerEndPoint http2 = new();

    // How the preface begins (RFC 9113, 3.4). No method of HTTP/1.1 does; the rest is for the other endpoint to read.
    private static ReadOnlySpan<byte> Preface => "PRI "u8;

    /// <summary>Has a port without TLS look at what comes first.</summary>
    public void Use(ListenOptions listen) => listen.Use(next => connection => ServeAsync(connection, next));

    /// <summary>Adds the endpoint that speaks HTTP/2.</summary>
    public void Listen(KestrelServerOptions kestrel, Action<ListenOptions> configure) => kestrel.Listen(http2, listen =>
    {
        listen.Protocols = HttpProtocols.Http2;
        configure(listen);
    });

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (await BeginsHttp2Async(connection) is { } isHttp2)
        {
            await (isHttp2 ? http2.ServeAsync(connection) : next(connection));
        }
    }

    // Null when nobody is there to be served.
    private async Task<bool?> BeginsHttp2Async(ConnectionContext connection)
    {
        using var limit = new CancellationTokenSource(options.IdleTimeout, clock);
        var input = connection.Transport.Input;
        var length = 0;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(limit.Token);
                length = (int)Math.Min(read.Buffer.Length, Preface.Length);
                var isLikeIt = Preface.StartsWith(First(read.Buffer, length));
                if (!isLikeIt || length == Preface.Length || read.IsCompleted)
                {
                    input.AdvanceTo(read.Buffer.Start); // seen, not taken
                    return isLikeIt && length == Preface.Length;
                }

                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                limit.CancelAfter(length == 0 ? options.IdleTimeout : options.ReadTimeout);
            }
        }
        catch (OperationCanceledException)
        {
            // As Kestrel does it: who says nothing is left without a word, who breaks off in the middle is told of.
            if (length > 0)
            {
                refusals.CountConnection("malformed request", "malformed request: its head did not come within http.readtimeout");
            }

            connection.Abort(new ConnectionAbortedException("No request came in time."));
        }
        catch (IOException)
        {
            // Gone before it said anything, as those do that only look whether the port is open.
        }

        return null;
    }

    private static ReadOnlySpan<byte> First(ReadOnlySequence<byte> buffer, int length) =>
        buffer.FirstSpan.Length >= length ? buffer.FirstSpan[..length] : buffer.Slice(0, length).ToArray();
}
