using System.Net;
using System.Net.Sockets;

namespace Saker.Router.Benchmarks.Allocation;

/// <summary>Listens on loopback and has each connection talked to on a thread of its own, so that nothing is allocated for a request by who answers it.</summary>
internal sealed class SilentServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Action<Stream> talk;
    private readonly Thread accepting;

    /// <param name="talk">Talks to one connection until its other end closes it.</param>
    public SilentServer(Action<Stream> talk)
    {
        this.talk = talk;
        listener.Start();
        accepting = new Thread(Accept) { IsBackground = true };
        accepting.Start();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public void Dispose()
    {
        listener.Dispose();
        accepting.Join();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var connection = new NetworkStream(listener.AcceptSocket(), ownsSocket: true);
                connection.Socket.NoDelay = true;
                new Thread(() => Talk(connection)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
            // The listener was closed.
        }
    }

    private void Talk(NetworkStream connection)
    {
        using (connection)
        {
            try
            {
                talk(connection);
            }
            catch (IOException)
            {
                // The router is gone.
            }
        }
    }
}
