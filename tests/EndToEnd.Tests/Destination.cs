using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Saker.EndToEnd.Tests;

/// <summary>How a destination treats who comes to it.</summary>
internal enum Mood
{
    /// <summary>Takes everything.</summary>
    Healthy,

    /// <summary>Takes connections and requests, and never answers.</summary>
    Hanging,

    /// <summary>Reads a request and resets the connection.</summary>
    Resetting,

    /// <summary>Answers 429 with <c>Retry-After</c>.</summary>
    Throttling,

    /// <summary>Answers 400.</summary>
    Rejecting,
}

/// <summary>An alert that a destination took.</summary>
internal readonly record struct Arrival(string Alert, long Timestamp);

/// <summary>
/// A destination with plain sockets, whose mood can change while it runs. It notes the alerts that it said yes to, in order.
/// Its port is bound from the start, so that nobody else gets it while connections are refused.
/// </summary>
internal sealed partial class Destination : IAsyncDisposable
{
    /// <summary>What a throttling destination asks for.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(3);

    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly List<Arrival> arrivals = [];
    private readonly List<long> refusals = [];
    private readonly HashSet<string> names = [];
    private readonly List<Task> connections = [];
    private volatile TaskCompletionSource moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Mood mood;

    private Destination(Mood mood)
    {
        this.mood = mood;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndPoint!).Port}/");
    }

    public Uri Address { get; }

    /// <summary>Wait before each answer.</summary>
    public TimeSpan Delay { get; set; }

    public Mood Mood
    {
        get => mood;
        set
        {
            mood = value;
            var before = moved;
            moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            before.SetResult(); // who hung is let go without an answer
        }
    }

    /// <summary>Alerts that it said yes to, in the order of its answers.</summary>
    public IReadOnlyList<Arrival> Arrivals
    {
        get
        {
            lock (gate)
            {
                return [.. arrivals];
            }
        }
    }

    /// <summary>Alerts that it said yes to, each once, in the order in which they first came.</summary>
    public IReadOnlyList<string> Order => [.. Arrivals.Select(static arrival => arrival.Alert).Distinct()];

    /// <summary>When it throttled a request.</summary>
    public IReadOnlyList<long> Refusals
    {
        get
        {
            lock (gate)
            {
                return [.. refusals];
            }
        }
    }

    /// <summary>Different alerts that it said yes to.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return names.Count;
            }
        }
    }

    /// <summary>A destination that listens.</summary>
    public static Destination Start(Mood mood = Mood.Healthy, TimeSpan delay = default)
    {
        var destination = new Destination(mood) { Delay = delay };
        destination.Listen();
        return destination;
    }

    /// <summary>A destination that refuses connections until <see cref="Listen"/> is called.</summary>
    public static Destination Refusing() => new(Mood.Healthy);

    public void Listen()
    {
        listener.Listen(512);
        connections.Add(AcceptAsync());
    }

    public bool Has(string alert)
    {
        lock (gate)
        {
            return names.Contains(alert);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        Task[] open;
        lock (gate)
        {
            open = [.. connections];
        }

        await Task.WhenAll(open);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = await listener.AcceptAsync(stop.Token);
                connection.NoDelay = true;
                lock (gate)
                {
                    connections.RemoveAll(static task => task.IsCompleted);
                    connections.Add(ServeAsync(connection));
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                var buffer = new byte[1 << 20];
                var filled = 0;
                while (await ReadAsync(connection, buffer, filled) is var (body, used, total) && used > 0)
                {
                    if (!await AnswerAsync(connection, body))
                    {
                        return;
                    }

                    buffer.AsSpan(used, total - used).CopyTo(buffer);
                    filled = total - used;
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The router was killed or gave up, or the test is over.
            }
        }
    }

    /// <summary>Reads one request with a length; its bytes are 0 at the end of the connection.</summary>
    private async Task<(string Body, int Used, int Total)> ReadAsync(Socket connection, byte[] buffer, int filled)
    {
        while (true)
        {
            var head = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
            if (head >= 0)
            {
                var length = int.Parse(Length().Match(Encoding.ASCII.GetString(buffer, 0, head)).Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
                var end = head + 4 + length;
                if (filled >= end)
                {
                    return (Encoding.UTF8.GetString(buffer, head + 4, length), end, filled);
                }
            }

            var read = await connection.ReceiveAsync(buffer.AsMemory(filled), stop.Token);
            if (read == 0)
            {
                return ("", 0, filled);
            }

            filled += read;
        }
    }

    /// <summary>Answers as the mood is; false when the connection ends with that.</summary>
    private async Task<bool> AnswerAsync(Socket connection, string body)
    {
        var mood = Mood;
        if (Delay != TimeSpan.Zero)
        {
            await Task.Delay(Delay, stop.Token);
        }

        switch (mood)
        {
            case Mood.Hanging:
                await moved.Task.WaitAsync(stop.Token);
                return false;
            case Mood.Resetting:
                connection.LingerState = new LingerOption(true, 0);
                return false;
            case Mood.Throttling:
                lock (gate)
                {
                    refusals.Add(TimeProvider.System.GetTimestamp());
                }

                return await SendAsync(connection, $"429 Too Many Requests\r\nRetry-After: {RetryAfter.TotalSeconds:0}");
            case Mood.Rejecting:
                return await SendAsync(connection, "400 Bad Request");
        }

        var alert = Load.NameIn(body) ?? throw new InvalidOperationException($"No alert of the load: {body}");
        lock (gate)
        {
            names.Add(alert);
            arrivals.Add(new Arrival(alert, TimeProvider.System.GetTimestamp()));
        }

        return await SendAsync(connection, "200 OK");
    }

    private async Task<bool> SendAsync(Socket connection, string status) =>
        await connection.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n"), stop.Token) > 0;

    [GeneratedRegex(@"\r\nContent-Length: (\d+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Length();
}
