using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Saker.Router.Benchmarks.Allocation;

/// <summary>Sends one request again and again over one connection, and waits for each answer. Allocates nothing per request.</summary>
internal sealed class SilentSender : IDisposable
{
    private readonly Socket socket;
    private readonly byte[] request;
    private readonly byte[] answer = new byte[4096];

    private SilentSender(Socket socket, byte[] request) => (this.socket, this.request) = (socket, request);

    /// <summary>Connects as soon as the router listens; fails when it ends before that.</summary>
    public static async Task<SilentSender> ConnectAsync(int port, byte[] body, Task router, TimeSpan patience)
    {
        var head = Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n");
        using var limit = new CancellationTokenSource(patience);
        while (true)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, limit.Token);
                return new SilentSender(socket, [.. head, .. body]);
            }
            catch (SocketException) when (!router.IsCompleted)
            {
                socket.Dispose();
                await Task.Delay(20, limit.Token);
            }
        }
    }

    public void Send()
    {
        socket.Send(request);
        var length = 0;
        while (answer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            var read = socket.Receive(answer.AsSpan(length));
            length += read > 0 ? read : throw new IOException("The router closed the connection.");
        }

        if (!answer.AsSpan().StartsWith("HTTP/1.1 200 "u8))
        {
            throw new InvalidOperationException(Encoding.ASCII.GetString(answer, 0, length));
        }
    }

    public void Dispose() => socket.Dispose();
}
