using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Saker.Router.Tests.Ingest;

/// <summary>A connection that stays, on which bytes go out as they are and answers are read one by one.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient client = new() { NoDelay = true };
    private readonly CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly List<byte> received = [];

    private RawConnection() => timeout.CancelAfter(Patience);

    public static async Task<RawConnection> OpenAsync(int port)
    {
        var connection = new RawConnection();
        await connection.client.ConnectAsync("127.0.0.1", port, connection.timeout.Token);
        return connection;
    }

    public ValueTask SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Sends, unless the other side has gone.</summary>
    public async ValueTask SendAsync(byte[] bytes)
    {
        try
        {
            await client.GetStream().WriteAsync(bytes, timeout.Token);
        }
        catch (IOException)
        {
            // What was answered before is still there to be read.
        }
    }

    /// <summary>The next answer, interim ones included; null when the connection ends first.</summary>
    public async Task<RawAnswer?> ReadAsync()
    {
        while (true)
        {
            if (Take() is { } answer)
            {
                return answer;
            }

            if (!await FillAsync())
            {
                return null;
            }
        }
    }

    /// <summary>Waits until the other side closes; what it still says is dropped.</summary>
    public async Task UntilClosedAsync()
    {
        while (await FillAsync())
        {
        }
    }

    public void Dispose()
    {
        client.Dispose();
        timeout.Dispose();
    }

    private async Task<bool> FillAsync()
    {
        var buffer = new byte[16384];
        try
        {
            var read = await client.GetStream().ReadAsync(buffer, timeout.Token);
            received.AddRange(buffer.AsSpan(0, read));
            return read > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private RawAnswer? Take()
    {
        var text = Encoding.Latin1.GetString([.. received]);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var lines = text[..end].Split("\r\n");
        var status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        var headers = lines.Skip(1).Select(static line => line.Split(": ", 2)).ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var length = int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture);
        if (received.Count < end + 4 + length)
        {
            return null;
        }

        received.RemoveRange(0, end + 4 + length);
        return new RawAnswer(status, headers, text.Substring(end + 4, length));
    }
}
