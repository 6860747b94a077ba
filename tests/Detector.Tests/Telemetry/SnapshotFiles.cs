using System.Text.Json;
using Saker.Detector.Telemetry;

namespace Saker.Detector.Tests.Telemetry;

/// <summary>Figures in a file of their own.</summary>
public sealed class SnapshotFiles : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Each_snapshot_is_a_line_with_its_number_and_figures_in_the_order_of_their_names()
    {
        var path = Path.Combine(folder, "figures.jsonl");
        var file = new SnapshotFile(path, new KeptLog());
        file.Append([new("b", 2L), new("a", "one"), new("c", 0.5)]);
        file.Append([new("a", "two")]);
        Assert.Equal(
            ["""{"output_fields":{"a":"one","b":2,"c":0.5},"sample":1}""", """{"output_fields":{"a":"two"},"sample":2}"""], File.ReadAllLines(path));
        Assert.All(File.ReadAllLines(path), static line => JsonDocument.Parse(line).Dispose());
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_told_once_and_when_it_can_be_again()
    {
        var log = new KeptLog();
        var below = Path.Combine(folder, "below");
        var file = new SnapshotFile(Path.Combine(below, "figures.jsonl"), log);
        file.Append([new("a", 1L)]);
        file.Append([new("a", 2L)]);
        Assert.Contains("metrics.output_file", Assert.Single(log.Lines), StringComparison.Ordinal);
        Directory.CreateDirectory(below);
        file.Append([new("a", 3L)]);
        Assert.EndsWith("again.", log.Lines[^1], StringComparison.Ordinal);
        Assert.Equal("""{"output_fields":{"a":3},"sample":3}""", Assert.Single(File.ReadAllLines(Path.Combine(below, "figures.jsonl"))));
    }
}
