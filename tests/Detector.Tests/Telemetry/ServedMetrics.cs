using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Saker.Testing;

namespace Saker.Detector.Tests.Telemetry;

public sealed class ServedMetrics
{
    private const string Capture = "live-procs";

    // Blocks with an event in the file; Falco counts 72 less, for it leaves out the starts of calls.
    private const long Events = 4126;

        private static string SimpleRules => RecordedData.Path("falco", "expected", "simple_rules.yaml");

    [Fact]
    public async Task Counts_are_those_of_the_capture_under_both_names()
    {
        await using var detector = await RunningDetector.StartAsync(Capture, SimpleRules);
        var metrics = await detector.MetricsAsync(Events);
        Assert.Equal(0, metrics["falco_events_dropped"]);
        Assert.Equal(Events, metrics["falcosecurity_scap_n_evts_total"]);
        var expected = RecordedData.Lines("falco", "expected", "alerts", Capture + ".jsonl")
            .Where(static line => line.StartsWith('{'))
            .Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("rule").GetString()!)
            .CountBy(static rule => rule)
            .ToDictionary();
        Assert.True(expected.Count > 3);
        Assert.Equal(expected.Values.Sum(), metrics["saker_detector_alerts_total"]);
        Assert.Equal(expected["s_open_sensitive"], metrics["""falcosecurity_falco_rules_matches_total{priority="4",rule_name="s_open_sensitive",source="syscall",tag_a="true",tag_b="true"}"""]);
        foreach (var (rule, count) in expected)
        {
            var name = $"rule=\"{rule}\"";
            Assert.Equal(count, metrics.Samples.Single(sample => sample.Key.StartsWith("falco_rules_matches_total{", StringComparison.Ordinal) && sample.Key.Contains(name, StringComparison.Ordinal)).Value);
        }

        Assert.InRange(metrics["falcosecurity_scap_n_threads_total"], 10, 5000);
        Assert.InRange(metrics["falcosecurity_scap_n_fds_total"], 20, 50_000);
        Assert.InRange(metrics["falco_memory_rss_bytes"], 20e6, 2e9);
        Assert.InRange(metrics["falco_cpu_usage_ratio"], 0, Environment.ProcessorCount + 1);
        Assert.Equal(0, metrics["""saker_detector_output_alerts_total{outcome="written",output="http"}"""]);
        Assert.Equal(0, await detector.FinishAsync());
    }

    [Fact]
    public async Task Names_and_labels_are_Falcos_and_what_is_missing_is_documented()
    {
        await using var detector = await RunningDetector.StartAsync(Capture, SimpleRules);
        var metrics = await detector.MetricsAsync(Events);
        var falco = RecordedData.Lines("falco", "metric-names.txt").Select(static line => line.Trim().Split(' ', 2)[1]).ToHashSet();
        var ours = metrics.Samples.Keys.Where(static series => series.StartsWith("falcosecurity_", StringComparison.Ordinal)).Select(MetricsText.Shape).Distinct().ToList();
        const string rules = "falcosecurity_falco_rules_matches_total";
        Assert.All(ours.Where(static shape => !shape.StartsWith(rules, StringComparison.Ordinal)), shape => Assert.Contains(shape, falco));
        Assert.All(
            ours.Where(static shape => shape.StartsWith(rules, StringComparison.Ordinal)),
            static shape => Assert.Matches("""^\w+\{priority="…",rule_name="…",source="…"(,tag_\w+="…")*\}$""", shape));
        var page = await File.ReadAllTextAsync(Path.Combine(SharedData.ProjectRoot, "docs", "reference", "detector-metrics.md"), TestContext.Current.CancellationToken);
        var documented = Regex.Matches(page, "`((falco|saker)[a-z0-9_]+)`").Select(static match => match.Groups[1].Value).ToHashSet();
        Assert.All(falco, name => Assert.Contains(name.Split('{')[0], documented));
        Assert.Equal([], metrics.Types.Keys.Except(documented));
        Assert.All(metrics.Types, static type => Assert.True(type.Value == "counter" ? type.Key.EndsWith("_total", StringComparison.Ordinal) || type.Key == "falco_events_dropped" : true));
    }

    [Fact]
    public async Task Rules_of_any_name_and_tags_of_any_spelling_make_valid_labels_many_of_them_too()
    {
        var rules = new StringBuilder();
        rules.Append("""
            - rule: "a \"quoted\" \\ name,\nof two lines {é}"
              desc: x
              condition: evt.type = execve
              output: x
              priority: CRITICAL
              tags: [PCI_DSS_10.2.7, "10.2-x", é, a-b, a.b]

            """);
        for (var i = 0; i < 2000; i++)
        {
            rules.Append(CultureInfo.InvariantCulture, $"- {{rule: rule {i}, desc: x, condition: evt.type = chroot and evt.num = {i}, output: x, priority: NOTICE, tags: [t{i}]}}\n");
        }

        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, rules.ToString(), TestContext.Current.CancellationToken);
        await using var detector = await RunningDetector.StartAsync(Capture, file, "metrics.include_empty_values=true");
        var metrics = await detector.MetricsAsync(Events);
        File.Delete(file);
        Assert.Equal(2001, metrics.Samples.Keys.Count(static series => series.StartsWith("falcosecurity_falco_rules_matches_total{", StringComparison.Ordinal)));
        var matches = metrics["""falcosecurity_falco_rules_matches_total{priority="2",rule_name="a \"quoted\" \\ name,\nof two lines {é}",source="syscall",tag_10_2_x="true",tag_PCI_DSS_10_2_7="true",tag__="true",tag_a_b="true"}"""];
        Assert.True(matches > 10);
        Assert.Equal(matches, metrics["""falco_rules_matches_total{priority="Critical",rule="a \"quoted\" \\ name,\nof two lines {é}",source="syscall"}"""]);
    }

    [Fact]
    public async Task Health_and_versions_answer_while_it_runs_and_nothing_else_does()
    {
        await using var detector = await RunningDetector.StartAsync(Capture, SimpleRules, "webserver.k8s_healthz_endpoint=/alive");
        // The router behind this detector takes nothing, which shows with its first answer; OutputQueues has the page of one that works.
        var health = await detector.SendAsync(HttpMethod.Get, "/alive");
        for (var until = DateTimeOffset.UtcNow + TimeSpan.FromSeconds(60); health.Body == """{"status": "ok"}""" && DateTimeOffset.UtcNow < until;)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
            health = await detector.SendAsync(HttpMethod.Get, "/alive");
        }

        Assert.Equal((HttpStatusCode.OK, "application/json"), (health.Status, health.ContentType));
        Assert.Matches("""^\{"status": "degraded", "outputs": \{"http": \{"waiting": [0-9]+, "lost": 0\}\}\}$""", health.Body);
        using var versions = JsonDocument.Parse(await detector.GetAsync("/versions"));
        Assert.Equal("0.63.0", versions.RootElement.GetProperty("engine_version_semver").GetString());
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", (await detector.SendAsync(HttpMethod.Get, "/metrics")).ContentType);
        Assert.Equal(HttpStatusCode.NotFound, (await detector.SendAsync(HttpMethod.Get, "/healthz")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await detector.SendAsync(HttpMethod.Get, "/alive/x")).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await detector.SendAsync(HttpMethod.Post, "/metrics")).Status);
        Assert.StartsWith("HTTP/1.1 405 ", await detector.SendRawAsync("HeAD /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, ""), await detector.SendAsync(HttpMethod.Head, "/metrics") is var (status, body, _) ? (status, body) : default);
    }

    [Fact]
    public async Task Without_prometheus_there_is_health_alone()
    {
        await using var detector = await RunningDetector.StartAsync(Capture, SimpleRules, "webserver.prometheus_metrics_enabled=false");
        Assert.Equal(HttpStatusCode.NotFound, (await detector.SendAsync(HttpMethod.Get, "/metrics")).Status);
        Assert.StartsWith("""{"status": """, await detector.GetAsync("/healthz"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Groups_of_metrics_can_be_switched_off()
    {
        await using var detector = await RunningDetector.StartAsync(
            Capture, SimpleRules, "metrics.rules_counters_enabled=false", "metrics.resource_utilization_enabled=false", "metrics.state_counters_enabled=false", "metrics.kernel_event_counters_enabled=false");
        var page = await detector.GetAsync("/metrics");
        Assert.DoesNotContain("falcosecurity_falco_rules_matches", page, StringComparison.Ordinal);
        Assert.DoesNotContain("falcosecurity_falco_memory", page, StringComparison.Ordinal);
        Assert.DoesNotContain("n_threads", page, StringComparison.Ordinal);
        Assert.DoesNotContain("n_evts", page, StringComparison.Ordinal);
        Assert.Contains("falcosecurity_falco_version_info", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Https_is_served_with_a_certificate_in_PEM()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=detector", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        await using var detector = await RunningDetector.StartAsync(Capture, SimpleRules, "webserver.ssl_enabled=true", $"webserver.ssl_certificate={file}");
        File.Delete(file);
        Assert.StartsWith("https://", detector.Address, StringComparison.Ordinal);
        Assert.StartsWith("""{"status": """, await detector.GetAsync("/healthz"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_and_a_certificate_that_is_none_are_told_and_the_detector_watches_on()
    {
        await using var other = await LoopbackServer.StartAsync();
        await using var detector = await RunningDetector.StartAsync(Capture, SimpleRules, $"webserver.listen_port={other.Address.Port}");
        Assert.Contains(detector.Log, line => line.Contains($"127.0.0.1:{other.Address.Port}", StringComparison.Ordinal) && line.Contains("already in use", StringComparison.Ordinal));
        Assert.Equal(0, await detector.FinishAsync());
        Assert.Contains(detector.Log, static line => line.StartsWith($"Stopped: {Events} events", StringComparison.Ordinal));

        await using var second = await RunningDetector.StartAsync(Capture, SimpleRules, "webserver.ssl_enabled=true", "webserver.ssl_certificate=/etc/hostname");
        Assert.Contains(second.Log, static line => line.Contains("webserver.ssl_certificate: The file '/etc/hostname' holds no certificate in PEM form.", StringComparison.Ordinal));
    }
}
