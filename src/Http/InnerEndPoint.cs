using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Saker.Http;

/// <summary>
/// An endpoint that no network reaches: connections that another endpoint of the same server took are handed to it, where they are served by
/// another protocol. Kestrel binds a protocol to an endpoint, and without TLS does not choose between HTTP/1.1 and HTTP/2 by itself.
/// </summary>
public sealed class InnerEndPoint : EndPoint
{
    // Connections wait here only until the accepting loop of the server has its turn.
    private const int Waiting = 64;

    /// <summary>How Kestrel lists it among its addresses.</summary>
    internal const string Name = "inner";

    private readonly Channel<ConnectionContext> handed = Channel.CreateBounded<ConnectionContext>(new BoundedChannelOptions(Waiting) { SingleReader = true });

    /// <summary>Hands over a connection. Completes when the connection has ended, as a connection's middleware does.</summary>
    public async Task ServeAsync(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var inner = new Handed(connection);
        try
        {
            await handed.Writer.WriteAsync(inner, connection.ConnectionClosed);
        }
        catch (Exception exception) when (exception is ChannelClosedException or OperationCanceledException)
        {
            connection.Abort(new ConnectionAbortedException("The server stops, or the connection was lost."));
            return;
        }

        await inner.Ended;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal IConnectionListener Listen() => new Listener(this);

    private sealed class Listener(InnerEndPoint owner) : IConnectionListener
    {
        public EndPoint EndPoint => owner;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await owner.handed.Reader.WaitToReadAsync(cancellationToken))
            {
                if (owner.handed.Reader.TryRead(out var connection))
                {
                    return connection;
                }
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            owner.handed.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }

    /// <summary>The connection once more, with features of its own: what the server notes on it must not take the place of what it notes on the other.</summary>
    private sealed class Handed(ConnectionContext outer) : ConnectionContext
    {
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => ended.Task;

        public override string ConnectionId { get; set; } = outer.ConnectionId;

        public override IFeatureCollection Features { get; } = new FeatureCollection(outer.Features);

        public override IDictionary<object, object?> Items { get; set; } = outer.Items;

        public override IDuplexPipe Transport { get; set; } = outer.Transport;

        public override CancellationToken ConnectionClosed { get; set; } = outer.ConnectionClosed;

        public override EndPoint? LocalEndPoint { get; set; } = outer.LocalEndPoint;

        public override EndPoint? RemoteEndPoint { get; set; } = outer.RemoteEndPoint;

        public override void Abort(ConnectionAbortedException abortReason) => outer.Abort(abortReason);

        // The socket is the other one's to close.
        public override ValueTask DisposeAsync()
        {
            ended.TrySetResult();
            return base.DisposeAsync();
        }
    }
}
