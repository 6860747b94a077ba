using System.Text.RegularExpressions;
using Saker.Router.Tests.Enrichment;
using Saker.Router.Tests.Ingest;
using Saker.Router.Tests.Telemetry;
using Saker.Testing;

namespace Saker.Router.Tests.Configuration;

/// <summary>docs/falcosidekick-differences.md against the lists of recorded cases that differ: each has its reason there, and no line there is stale.</summary>
public sealed partial class DifferencesPageTests
{
    // Those that RecordedConfigTests finds by the setting itself.
    private static readonly string[] OfPriorities = ["info", "priority-blanks", "unknown-priority"];

    [Fact]
    public void Every_recorded_case_that_differs_has_its_line_and_every_named_line_has_a_case()
    {
        var listed = RecordedDifferences.Files.Values.Concat(RecordedDifferences.Variables.Values).Select(static difference => difference.Line)
            .Concat(RecordedHttpTests.Deviations.Values.Select(static deviation => deviation.Line))
            .Concat(RecordedConnectionTests.Differences.Values.Select(static difference => difference.Line))
            .Concat(ServerTlsTests.Differences).Concat(RecordedEnrichmentTests.Differences)
            .Concat(RecordedMetricsTests.Differences).Concat(RecordedMetricsTests.Different.Values).Concat(OfPriorities);
        Assert.Equal(listed.Distinct().Order(StringComparer.Ordinal), Rows().Select(static row => row[3]).Where(static name => name.Length > 0).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_line_says_what_both_do_and_what_strict_mode_does()
    {
        var rows = Rows();
        Assert.True(rows.Count > 50, $"only {rows.Count} lines");
        Assert.All(rows, static row => Assert.True(row is [{ Length: > 5 }, { Length: > 5 }, { Length: > 5 }, _], string.Join(" | ", row)));
    }

    // The lines of the tables below their heads; the name without its quotes.
    private static List<string[]> Rows() =>
    [
        .. File.ReadLines(Path.Combine(SharedData.ProjectRoot, "docs", "falcosidekick-differences.md"))
            .Where(static line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal) && !line.StartsWith("| Falcosidekick |", StringComparison.Ordinal))
            .Select(static line => Bar().Split(line.Trim('|')).Select(static cell => cell.Trim()).ToArray())
            .Select(static cells => cells is [.. var said, var name] ? (string[])[.. said, name.Trim('`')] : cells),
    ];

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bar();
}
