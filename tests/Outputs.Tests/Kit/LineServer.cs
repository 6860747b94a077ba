using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Kit;

/// <summary>A server as small as they come: the first line of a connection is the password, each other an alert; each gets a line for an answer.</summary>
internal sealed class LineServer : IServerDestination
{
    /// <summary>A password that it takes from everybody.</summary>
    public const string Guest = "guest";

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentQueue<string> taken = [];
    private readonly Task accepting;
    private volatile Treatment treatment = new(ServerMood.Healthy, "");
    private int tries;

    public LineServer()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public IPEndPoint Address => (IPEndPoint)listener.LocalEndpoint;

    public Task<string> SetMoodAsync(ServerMood mood, string words)
    {
        treatment = new Treatment(mood, words);
        return Task.FromResult(words);
    }

    public Task<IReadOnlyList<string>> ArrivedAsync() => Task.FromResult<IReadOnlyList<string>>([.. taken]);

    public Task<int> TriesAsync() => Task.FromResult(Volatile.Read(ref tries));

    public Task<IReadOnlyList<string>> FaultsAsync() => Task.FromResult<IReadOnlyList<string>>([.. taken.Where(static line => !IsJson(line))]);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await accepting;
        listener.Dispose();
        stopping.Dispose();
    }

    private static bool IsJson(string line)
    {
        try
        {
            JsonDocument.Parse(line).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private async Task AcceptAsync()
    {
        var talks = new List<Task>();
        try
        {
            while (true)
            {
                talks.Add(TalkAsync(await listener.AcceptTcpClientAsync(stopping.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(talks);
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await using var stream = client.GetStream();
                using var lines = new StreamReader(stream, Encoding.UTF8);
                var isFirst = true;
                while (await lines.ReadLineAsync(stopping.Token) is { } line)
                {
                    var answer = isFirst ? SignIn(line) : Take(line);
                    isFirst = false;
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(answer + "\n"), stopping.Token);
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // the client or the test has ended it
            }
        }
    }

    private string SignIn(string password)
    {
        var (mood, words) = treatment;
        return mood != ServerMood.DeniesSignIn && (password == PlantedSecrets.Of("password") || password == Guest) ? "taken" : $"denied {words}";
    }

    private string Take(string line)
    {
        Interlocked.Increment(ref tries);
        switch (treatment)
        {
            case { Mood: ServerMood.NotNow, Words: var words }:
                return $"later {words}";
            case { Mood: ServerMood.RefusesForGood, Words: var words }:
                return $"no {words}";
            default:
                taken.Enqueue(line);
                return "taken";
        }
    }

    private sealed record Treatment(ServerMood Mood, string Words);
}
