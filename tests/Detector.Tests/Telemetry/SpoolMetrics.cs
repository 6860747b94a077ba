using System.Text.RegularExpressions;
using Saker.Detector.Tests.Outputs;
using Saker.Testing;

namespace Saker.Detector.Tests.Telemetry;

/// <summary>What /metrics says of alerts that wait on disk.</summary>
public sealed class SpoolMetrics : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_spool_shows_what_waits_and_every_name_is_documented()
    {
        await using var detector = await RunningDetector.StartAsync(
            "live-procs", RecordedData.Path("falco", "expected", "simple_rules.yaml"), "outputs_spool.enabled=true", $"outputs_spool.folder={folder}");
        MetricsText? metrics = null;
        for (var until = DateTimeOffset.UtcNow + When.Patience; ; await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            metrics = MetricsText.Parse(await detector.GetAsync("/metrics"));
            if (metrics.Samples.GetValueOrDefault("saker_detector_spool_alerts{output=\"http\"}") is > 0 and var alerts && alerts == metrics["saker_detector_alerts_total"])
            {
                break;
            }

            Assert.True(DateTimeOffset.UtcNow < until, "Nothing came into the spool.");
        }

        Assert.InRange(metrics["saker_detector_spool_bytes{output=\"http\"}"], 1000, 256 << 20);
        Assert.Equal(0, metrics["saker_detector_spool_dropped_total{output=\"http\"}"]);
        Assert.Equal(0, metrics["saker_detector_spool_cut_bytes_total{output=\"http\"}"]);
        Assert.Equal(0, metrics["saker_detector_output_restarts_total{output=\"http\"}"]);
        var page = await File.ReadAllTextAsync(Path.Combine(SharedData.ProjectRoot, "docs", "reference", "detector-metrics.md"), TestContext.Current.CancellationToken);
        var documented = Regex.Matches(page, "`((falco|saker)[a-z0-9_]+)`").Select(static match => match.Groups[1].Value);
        Assert.Empty(metrics.Types.Keys.Except(documented));
        Assert.Equal(0, await detector.FinishAsync());
    }
}
