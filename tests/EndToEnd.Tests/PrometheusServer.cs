using System.Globalization;
using System.Text.Json;
using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>A real Prometheus, from Debian's package, on a port of 127.0.0.1, that scrapes one router.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private const string Program = "/usr/bin/prometheus";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly HttpClient client;
    private readonly ProcessRunner process;

    private PrometheusServer(ProcessRunner process, int port)
    {
        this.process = process;
        client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
    }

    /// <summary>Skips the test where there is no Prometheus.</summary>
    public static void Require() => Assert.SkipUnless(File.Exists(Program), "Prometheus is not installed (apt-get install prometheus).");

    /// <summary>Starts it with its files in a folder.</summary>
    public static async Task<PrometheusServer> StartAsync(TestFolder folder, int routerPort)
    {
        var port = Programs.FreePort();
        folder.Write("prometheus.yml", string.Create(CultureInfo.InvariantCulture, $$"""
            scrape_configs:
              - job_name: router
                scrape_interval: 200ms
                scrape_timeout: 200ms
                static_configs: [{targets: ['127.0.0.1:{{routerPort}}']}]
            """));
        var process = ProcessRunner.Start(Program,
        [
            $"--config.file={folder.File("prometheus.yml")}", $"--storage.tsdb.path={folder.File("prometheus")}", string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"),
        ]);
        try
        {
            await process.WaitForLineAsync("Server is ready to receive web requests", Patience);
            return new PrometheusServer(process, port);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// The series that a query gives, each with its value: <c>name=value</c> of its labels in the order of their names, with commas between
    /// them. Without the labels that Prometheus adds, which say where it scraped.
    /// </summary>
    public async Task<SortedDictionary<string, double>> QueryAsync(string query)
    {
        var json = await client.GetStringAsync(new Uri($"api/v1/query?query={Uri.EscapeDataString(query)}", UriKind.Relative), TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(json);
        var series = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var result in document.RootElement.GetProperty("data").GetProperty("result").EnumerateArray())
        {
            var labels = result.GetProperty("metric").EnumerateObject().Where(static label => label.Name is not ("__name__" or "instance" or "job"))
                .OrderBy(static label => label.Name, StringComparer.Ordinal).Select(static label => $"{label.Name}={label.Value.GetString()}");
            series.Add(string.Join(',', labels), double.Parse(result.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture));
        }

        return series;
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await process.DisposeAsync();
    }
}
