using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>The detector's figures while it watches this kernel.</summary>
[Collection(Watching.Name)]
public sealed class LiveMetricsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_match_is_counted_while_it_watches_and_a_snapshot_arrives_as_an_alert()
    {
        Programs.RequireKernel();
        await using var router = await LoopbackServer.StartAsync();
        using var folder = new TestFolder();
        var port = Programs.FreePort();
        var marker = folder.File("marker");
        folder.Write("marker", "x");
        folder.Write("rules.yaml", $"""
            - rule: Marker read
              desc: the file of this test was opened
              condition: evt.type in (open, openat) and fd.name = {marker}
              output: read
              priority: ERROR
              tags: [T1.2, host]
            """);
        folder.Write("detector.yaml", $$"""
            rules_files: [rules.yaml]
            json_output: true
            stdout_output: { enabled: false }
            http_output: { enabled: true, url: "{{router.Address}}" }
            webserver: { listen_port: {{port}}, prometheus_metrics_enabled: true }
            metrics: { enabled: true, interval: 500ms }
            """);
        await using var detector = ProcessRunner.Start(Programs.Path("saker-detector"), ["--config", folder.File("detector.yaml")]);
        await detector.WaitForLineAsync("Health: http://127.0.0.1", Patience);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        Assert.Equal("""{"status": "ok"}""", await client.GetStringAsync("/healthz", TestContext.Current.CancellationToken));

        const string series = """falcosecurity_falco_rules_matches_total{priority="3",rule_name="Marker read",source="syscall",tag_T1_2="true",tag_host="true"}""";
        string page = await Until(
            async () =>
            {
                using var act = Process.Start(new ProcessStartInfo("cat", [marker]) { RedirectStandardOutput = true })!;
                await act.WaitForExitAsync(TestContext.Current.CancellationToken);
                return await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
            },
            page => page.Contains(series, StringComparison.Ordinal) && Value(page, series) >= 3);
        Assert.True(Value(page, "falcosecurity_scap_n_evts_total") > 0);
        Assert.True(Value(page, "falco_events_total") > 0);
        Assert.True(Value(page, "falcosecurity_scap_n_threads_total") > 1);
        Assert.Contains("falcosecurity_scap_engine_name_info{engine_name=\"modern_bpf\",evt_source=\"syscall\"} 1\n", page, StringComparison.Ordinal);

        var snapshot = await Until(
            () => Task.FromResult(router.Requests.Select(static request => JsonDocument.Parse(Encoding.UTF8.GetString(request.Body.Span)).RootElement).LastOrDefault(static alert => alert.GetProperty("source").GetString() == "internal")),
            static alert => alert.ValueKind == JsonValueKind.Object && alert.GetProperty("output_fields").TryGetProperty("falco.rules.Marker_read", out var matches) && matches.GetInt64() >= 3);
        Assert.Equal("Falco internal: metrics snapshot", snapshot.GetProperty("rule").GetString());
        Assert.Equal("Informational", snapshot.GetProperty("priority").GetString());
        Assert.True(snapshot.GetProperty("output_fields").GetProperty("falco.num_evts").GetInt64() > 0);
        Assert.True(snapshot.GetProperty("output_fields").GetProperty("scap.n_drops").GetInt64() >= 0);
        Assert.True(snapshot.GetProperty("output_fields").GetProperty("falco.memory_rss_mb").GetDouble() > 10);
    }

    private static double Value(string page, string name) =>
        double.Parse(page.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal))[(name.Length + 1)..], CultureInfo.InvariantCulture);

    private static async Task<T> Until<T>(Func<Task<T>> read, Predicate<T> holds)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var value = await read();
            if (holds(value))
            {
                return value;
            }

            Assert.True(clock.Elapsed < Patience, $"It did not come: {value}");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
