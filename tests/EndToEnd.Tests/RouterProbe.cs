using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Saker.EndToEnd.Tests;

/// <summary>Sends alerts to a router and reads its metrics.</summary>
internal sealed class RouterProbe(int port) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly HttpClient client = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };

    /// <summary>Sends one alert whose message is <paramref name="name"/>; it must be taken.</summary>
    public async Task SendAsync(string name, string priority = "Warning", string rule = "probe")
    {
        var body = $$"""{"output":"{{name}}","priority":"{{priority}}","rule":"{{rule}}","time":"2026-11-24T00:00:00Z","hostname":"h1","source":"syscall","output_fields":{"cluster":"c1"} }""";
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri("", UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>Sends alerts <c>prefix-0</c>, <c>prefix-1</c> … until it is told to stop; gives their number.</summary>
    public async Task<int> SendUntilAsync(string prefix, CancellationToken stop)
    {
        var sent = 0;
        while (!stop.IsCancellationRequested)
        {
            await SendAsync(string.Create(CultureInfo.InvariantCulture, $"{prefix}-{sent++}"));
        }

        return sent;
    }

    /// <summary>The samples of the metrics whose line begins with <paramref name="series"/>, summed.</summary>
    public async Task<double> MetricAsync(string series)
    {
        var text = await client.GetStringAsync(new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        return text.Split('\n').Where(line => line.StartsWith(series, StringComparison.Ordinal))
            .Sum(static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>Waits until a metric has reached a value.</summary>
    public async Task WaitForMetricAsync(string series, double least)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (await MetricAsync(series) < least)
        {
            Assert.False(limit.IsCancellationRequested, $"{series} did not reach {least}.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits for something.</summary>
    public static async Task UntilAsync(Func<bool> condition, Func<string> what)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
        {
            if (limit.IsCancellationRequested)
            {
                Assert.Fail($"Not reached: {what()}");
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public void Dispose() => client.Dispose();
}

/// <summary>Counts how often each alert arrived, by its message.</summary>
internal sealed class Arrivals
{
    private readonly ConcurrentDictionary<string, int> counts = new();

    public int Count => counts.Count;

    public IEnumerable<string> Doubled => counts.Where(static pair => pair.Value > 1).Select(static pair => pair.Key);

    public bool Has(string name) => counts.ContainsKey(name);

    public void Note(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        counts.AddOrUpdate(document.RootElement.GetProperty("output").GetString()!, 1, static (_, count) => count + 1);
    }
}
