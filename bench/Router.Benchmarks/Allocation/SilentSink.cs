using System.Net;
using System.Net.Sockets;

namespace Saker.Router.Benchmarks.Allocation;

/// <summary>A destination on loopback that answers 204 to every request, one connection at a time. Allocates nothing per request.</summary>
internal sealed class SilentSink : IDisposable
{
    private static readonly byte[] Answer = "HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray();

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Thread serving;
    private readonly byte[] buffer = new byte[1 << 20];
    private long received;

    public SilentSink()
    {
        listener.Start();
        serving = new Thread(Serve) { IsBackground = true };
        serving.Start();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Requests that were answered.</summary>
    public long Received => Volatile.Read(ref received);

    public void Dispose()
    {
        listener.Dispose();
        serving.Join();
    }

    private void Serve()
    {
        try
        {
            while (true)
            {
                using var connection = listener.AcceptSocket();
                Answers(connection);
            }
        }
        catch (SocketException)
        {
            // The listener was closed.
        }
    }

    private void Answers(Socket connection)
    {
        try
        {
            for (var length = 0; ;)
            {
                var read = connection.Receive(buffer.AsSpan(length));
                if (read == 0)
                {
                    return;
                }

                length += read;
                while (LengthOfFirst(buffer.AsSpan(0, length)) is var first and > 0 && first <= length)
                {
                    connection.Send(Answer);
                    Volatile.Write(ref received, received + 1);
                    buffer.AsSpan(first, length - first).CopyTo(buffer);
                    length -= first;
                }
            }
        }
        catch (SocketException)
        {
            // The router is gone; the next connection follows.
        }
    }

    /// <summary>Bytes of the first request; 0 while its head is not complete.</summary>
    private static int LengthOfFirst(ReadOnlySpan<byte> bytes)
    {
        var head = bytes.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return 0;
        }

        var field = bytes[..head].IndexOf("Content-Length: "u8) + "Content-Length: ".Length;
        var digits = bytes[field..head];
        var end = digits.IndexOf((byte)'\r');
        return head + 4 + int.Parse(end < 0 ? digits : digits[..end], provider: null);
    }
}
