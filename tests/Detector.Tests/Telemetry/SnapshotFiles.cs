using System.Text.Json;
using Saker.Testing;

namespace Saker.Detector.Tests.Telemetry;

/// <summary>Figures in a file of their own.</summary>
public sealed class SnapshotFiles
{
    [Fact]
    public async Task Each_snapshot_is_a_line_with_its_number_also_without_an_alert()
    {
        var file = Path.Combine(Path.GetTempPath(), $"saker-{Guid.NewGuid():n}.jsonl");
        await using (var detector = await RunningDetector.StartAsync(
            "live-procs", RecordedData.Path("falco", "expected", "simple_rules.yaml"), $"metrics.output_file={file}", "metrics.output_rule=false", "metrics.interval=100ms"))
        {
            string[] lines = [];
            for (var until = DateTimeOffset.UtcNow + TimeSpan.FromMinutes(1); lines.Length < 2; await Task.Delay(20, TestContext.Current.CancellationToken))
            {
                Assert.True(DateTimeOffset.UtcNow < until, string.Join('\n', detector.Log));
                lines = File.Exists(file) ? (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Split('\n')[..^1] : [];
            }

            for (var i = 0; i < 2; i++)
            {
                using var line = JsonDocument.Parse(lines[i]);
                Assert.Equal(i + 1, line.RootElement.GetProperty("sample").GetInt32());
                var fields = line.RootElement.GetProperty("output_fields").EnumerateObject().Select(static field => field.Name).ToList();
                Assert.Contains("falco.num_evts", fields);
                Assert.Equal(fields.Order(StringComparer.Ordinal), fields);
            }

            Assert.Equal(0, await detector.FinishAsync());
        }

        File.Delete(file);
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_told_once()
    {
        await using var detector = await RunningDetector.StartAsync(
            "live-procs", RecordedData.Path("falco", "expected", "simple_rules.yaml"), "metrics.output_file=/nowhere/a", "metrics.interval=100ms");
        for (var until = DateTimeOffset.UtcNow + TimeSpan.FromMinutes(1); !detector.Log.Any(static line => line.Contains("metrics.output_file", StringComparison.Ordinal)); await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            Assert.True(DateTimeOffset.UtcNow < until, string.Join('\n', detector.Log));
        }

        Assert.Single(detector.Log, static line => line.Contains("metrics.output_file", StringComparison.Ordinal));
    }
}
