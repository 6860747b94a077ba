using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Saker.Outputs.Testing;

/// <summary>
/// The way to a server on 127.0.0.1, through which a test can see and do what no server does to itself: count its clients' connections, fall
/// silent, be gone and come back at the same address.
/// </summary>
public sealed class ServerDoor : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Task, bool> passages = [];
    private readonly Socket reserved = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private TaskCompletionSource speaking = Spoken();
    private CancellationTokenSource closing = new();
    private TcpListener listener;
    private Task accepting;
    private IPEndPoint? server;
    private int connections;

    /// <summary>Opens it; who comes before <see cref="LeadTo"/> finds nobody.</summary>
    public ServerDoor()
    {
        // A socket that is bound keeps the kernel from giving the port to others while the door is closed.
        reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Address = (IPEndPoint)reserved.LocalEndPoint!;
        listener = new TcpListener(Address);
        listener.Start();
        accepting = AcceptAsync(listener, closing.Token);
    }

    /// <summary>Where it is, open or not.</summary>
    public IPEndPoint Address { get; }

    /// <summary>Connections that clients have open.</summary>
    public int Connections => Volatile.Read(ref connections);

    /// <summary>Says which server is behind it.</summary>
    public void LeadTo(IPEndPoint address) => server = address;

    /// <summary>Lets connections stand and holds back every byte, in both directions.</summary>
    public void FallSilent() => speaking = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets the bytes that were held back pass, and those that follow.</summary>
    public void Speak() => speaking.TrySetResult();

    /// <summary>Breaks all connections off; nobody listens any more.</summary>
    public async Task CloseAsync()
    {
        await closing.CancelAsync();
        await accepting;
        listener.Dispose();
        await Task.WhenAll(passages.Keys);
        closing.Dispose();
    }

    /// <summary>Opens it again, at the same address.</summary>
    public void Open()
    {
        speaking = Spoken();
        closing = new CancellationTokenSource();
        listener = new TcpListener(Address);
        listener.Start();
        accepting = AcceptAsync(listener, closing.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await CloseAsync();
        }
        catch (ObjectDisposedException)
        {
            // a test left it closed
        }

        reserved.Dispose();
    }

    private static TaskCompletionSource Spoken()
    {
        var spoken = new TaskCompletionSource();
        spoken.SetResult();
        return spoken;
    }

    private async Task AcceptAsync(TcpListener at, CancellationToken end)
    {
        try
        {
            while (true)
            {
                var passage = PassAsync(await at.AcceptSocketAsync(end), end);
                passages[passage] = true;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
        }
    }

    private async Task PassAsync(Socket client, CancellationToken end)
    {
        Interlocked.Increment(ref connections);
        using var inside = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            var isCounted = true;
            try
            {
                client.NoDelay = true;
                await inside.ConnectAsync(server ?? throw new SocketException((int)SocketError.ConnectionRefused), end);
                var answers = CarryAsync(inside, client, end);
                await CarryAsync(client, inside, end);
                Leave();
                await answers;
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                client.LingerState = new LingerOption(true, 0); // a reset, which a client sees at once
            }
            finally
            {
                Leave();
            }

            void Leave()
            {
                if (isCounted)
                {
                    isCounted = false;
                    Interlocked.Decrement(ref connections);
                }
            }
        }
    }

    private async Task CarryAsync(Socket from, Socket to, CancellationToken end)
    {
        var buffer = new byte[16 << 10];
        while (await from.ReceiveAsync(buffer, end) is > 0 and var count)
        {
            await speaking.Task.WaitAsync(end);
            for (var sent = 0; sent < count;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), end);
            }
        }

        to.Shutdown(SocketShutdown.Send);
    }
}
