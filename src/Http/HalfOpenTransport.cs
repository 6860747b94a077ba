using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Saker.Http;

/// <summary>
/// Serves a sender that has closed its side and still reads. Kestrel's transport says that a connection is closed as soon as nothing more
/// comes, and Kestrel then answers none of what came before; here it is closed when the socket is. What is incomplete ends as it did:
/// the input ends before its time. An <see cref="InnerEndPoint"/> gets what came in this way already.
/// </summary>
internal sealed class HalfOpenTransport(IConnectionListenerFactory transport) : IConnectionListenerFactory
{
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        endpoint is InnerEndPoint inner ? inner.Listen() : new Listener(await transport.BindAsync(endpoint, cancellationToken));

    private static void LeaveOpen(ConnectionContext connection)
    {
        if (connection.Features.Get<IConnectionSocketFeature>() is not { Socket: { } socket })
        {
            return;
        }

        // Not disposed of: it holds nothing but its registrations, and the connection that it belongs to ends with them.
        var closed = new CancellationTokenSource();
        connection.ConnectionClosed.UnsafeRegister(_ =>
        {
            // After a reset or an abort it is not connected any more; after the sender's half it is.
            if (!socket.Connected)
            {
                closed.Cancel();
            }
        }, null);
        connection.ConnectionClosed = closed.Token;
        connection.Transport = new Pipes(new EndAfterRest(connection.Transport.Input), connection.Transport.Output);
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Listener(IConnectionListener listener) : IConnectionListener
    {
        public EndPoint EndPoint => listener.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            var connection = await listener.AcceptAsync(cancellationToken);
            if (connection is not null)
            {
                LeaveOpen(connection);
            }

            return connection;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => listener.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => listener.DisposeAsync();
    }
}
