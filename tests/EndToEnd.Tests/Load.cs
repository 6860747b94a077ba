using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Saker.EndToEnd.Tests;

/// <summary>Senders of alerts that note what the router acknowledged. Each one waits for its answer before it sends the next.</summary>
internal sealed partial class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<string, long> acknowledged = [];
    private readonly int padding;
    private readonly Uri url;
    private Task senders = Task.CompletedTask;
    private int refused;
    private int refusedWithoutTime;

    private Load(int port, int padding) => (url, this.padding) = (new Uri($"http://127.0.0.1:{port}/"), padding);

    /// <summary>Acknowledged alerts, with the time at which they were sent.</summary>
    public IReadOnlyDictionary<string, long> Acknowledged => acknowledged;

    /// <summary>Alerts that were answered with 503 and a time to come again.</summary>
    public int Refused => Volatile.Read(ref refused);

    /// <summary>Alerts that were answered with 503 and no such time.</summary>
    public int RefusedWithoutTime => Volatile.Read(ref refusedWithoutTime);

    /// <summary>Starts the senders.</summary>
    /// <param name="port">The router's port.</param>
    /// <param name="senders">How many.</param>
    /// <param name="count">Alerts of each; without it they send until <see cref="StopAsync"/>.</param>
    /// <param name="padding">Bytes that each alert has beyond the usual.</param>
    /// <param name="pause">Wait of each sender after each alert.</param>
    public static Load Start(int port, int senders, int? count = null, int padding = 0, TimeSpan pause = default)
    {
        var load = new Load(port, padding);
        load.senders = Task.WhenAll(Enumerable.Range(0, senders).Select(sender => Task.Run(() => load.SendAsync(sender, count ?? int.MaxValue, pause))));
        return load;
    }

    /// <summary>The name of the alert that a message was made of.</summary>
    public static string? NameIn(string message) => Name().Match(message) is { Success: true } match ? match.Value : null;

    /// <summary>The sender and the number in a name.</summary>
    public static (int Sender, int Number) Parts(string name)
    {
        var parts = name.Split('-');
        return (int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Waits until every sender has sent its alerts.</summary>
    public Task WhenSentAsync() => senders;

    /// <summary>Ends the senders after the alerts that they are at.</summary>
    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await senders;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private async Task SendAsync(int sender, int count, TimeSpan pause)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        string filler = new('x', padding);
        for (var number = 0; number < count && !stop.IsCancellationRequested; number++)
        {
            var name = $"alert-{sender}-{number}-end";
            var body = $$"""{"output":"{{name}}","priority":"Warning","rule":"load","time":"2026-11-24T00:00:00Z","output_fields":{"n":"{{filler}}"} }""";
            var start = TimeProvider.System.GetTimestamp();
            try
            {
                using var content = new StringContent(body, Encoding.UTF8, "application/json");
                using var answer = await client.PostAsync(url, content, CancellationToken.None);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    acknowledged[name] = start;
                }
                else if (answer.StatusCode == HttpStatusCode.ServiceUnavailable && answer.Headers.RetryAfter?.Delta > TimeSpan.Zero)
                {
                    Interlocked.Increment(ref refused);
                }
                else if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                {
                    Interlocked.Increment(ref refusedWithoutTime);
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or SocketException or TaskCanceledException)
            {
                // The router is dead or stopping; what was not acknowledged does not count.
                await Task.Delay(50, CancellationToken.None);
            }

            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, CancellationToken.None);
            }
        }
    }

    [GeneratedRegex(@"alert-\d+-\d+-end", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
