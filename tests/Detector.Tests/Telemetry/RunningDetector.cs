using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Saker.Detector.Configuration;
using Saker.Detector.Hosting;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Detector.Tests.Telemetry;

/// <summary>
/// A detector that has read a capture to its end and still runs, because the router that it sends alerts to takes none
/// before <see cref="DisposeAsync"/>.
/// </summary>
internal sealed partial class RunningDetector : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly LoopbackServer router;
    private readonly Recorder log;
    private readonly DirectoryInfo folder;
    private readonly CancellationTokenSource stop;
    private readonly Task<int> run;
    private readonly Gate gate;

    private RunningDetector(LoopbackServer router, Recorder log, DirectoryInfo folder, CancellationTokenSource stop, Task<int> run, Gate gate)
    {
        (this.router, this.log, this.folder, this.stop, this.run, this.gate) = (router, log, folder, stop, run, gate);
    }

    /// <summary>Where its web server listens; empty when it does not.</summary>
    public string Address { get; private set; } = "";

    /// <summary>What it logged.</summary>
    public IReadOnlyList<string> Log => log.Lines;

    public static async Task<RunningDetector> StartAsync(string capture, string rules, params string[] settings)
    {
        var gate = new Gate();
        var router = await LoopbackServer.StartAsync(_ => new LoopbackAnswer { Status = gate.IsOpen ? 200 : 503 });
        var folder = Directory.CreateTempSubdirectory("saker-telemetry-");
        var file = Path.Combine(folder.FullName, "detector.yaml");
        await File.WriteAllTextAsync(file, $$"""
            engine: { kind: replay, replay: { capture_file: {{RecordedData.Path("falco", "captures", capture + ".scap")}} } }
            json_output: true
            stdout_output: { enabled: false }
            http_output: { enabled: true, url: "{{router.Address}}" }
            webserver: { listen_port: 0, prometheus_metrics_enabled: true }
            metrics: { enabled: true }
            """);
        var configuration = DetectorConfiguration.Load(file, settings, EnvironmentVariables.None);
        Assert.Empty(configuration.Faults.All);
        var log = new Recorder();
        var stop = new CancellationTokenSource();
        var run = Task.Run(() => new DetectorHost(configuration, [rules], TimeProvider.System, log).RunAsync(stop.Token));
        var detector = new RunningDetector(router, log, folder, stop, run, gate);
        string line = await log.WaitAsync(static line => line.StartsWith("Health:", StringComparison.Ordinal) || line.Contains("cannot listen", StringComparison.Ordinal), Patience);
        detector.Address = Listening().Match(line) is { Success: true } match ? match.Value : "";
        return detector;
    }

    /// <summary>The metrics, once the capture's end is in them.</summary>
    public async Task<MetricsText> MetricsAsync(long events)
    {
        for (var until = DateTimeOffset.UtcNow + Patience; ; await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            var metrics = MetricsText.Parse(await GetAsync("/metrics"));
            if (metrics["falco_events_total"] == events)
            {
                return metrics;
            }

            Assert.True(DateTimeOffset.UtcNow < until, $"{metrics["falco_events_total"]} events, not {events}.");
        }
    }

    public async Task<string> GetAsync(string path)
    {
        var (status, body, _) = await SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, status);
        return body;
    }

    public async Task<(HttpStatusCode Status, string Body, string? ContentType)> SendAsync(HttpMethod method, string path)
    {
        // The certificate of the tests is nobody's.
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(method, Address + path);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), answer.Content.Headers.ContentType?.ToString());
    }

    /// <summary>The answer to a request that no client would write, without TLS.</summary>
    public async Task<string> SendRawAsync(string request)
    {
        var address = new Uri(Address);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Lets the router take the alerts, and waits for the end.</summary>
    public async Task<int> FinishAsync()
    {
        gate.IsOpen = true;
        return await run.WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await FinishAsync();
        stop.Dispose();
        await router.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [GeneratedRegex("https?://127.0.0.1:[0-9]+")]
    private static partial Regex Listening();

    private sealed class Gate
    {
        public volatile bool IsOpen;
    }

    private sealed class Recorder : ILogger
    {
        private readonly Lock gate = new();
        private readonly List<string> lines = [];
        private TaskCompletionSource news = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (gate)
                {
                    return [.. lines];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (gate)
            {
                lines.Add(formatter(state, exception));
                (var old, news) = (news, new(TaskCreationOptions.RunContinuationsAsynchronously));
                old.TrySetResult();
            }
        }

        public async Task<string> WaitAsync(Predicate<string> wanted, TimeSpan patience)
        {
            using var limit = new CancellationTokenSource(patience);
            while (true)
            {
                Task next;
                lock (gate)
                {
                    if (lines.Find(wanted) is { } found)
                    {
                        return found;
                    }

                    next = news.Task;
                }

                await next.WaitAsync(limit.Token);
            }
        }
    }
}
