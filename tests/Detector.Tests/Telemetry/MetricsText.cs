using System.Globalization;
using System.Text.RegularExpressions;

namespace Saker.Detector.Tests.Telemetry;

/// <summary>Reads Prometheus' text format as strictly as its description puts it.</summary>
internal sealed partial class MetricsText
{
    private readonly Dictionary<string, double> samples = [];
    private readonly Dictionary<string, string> types = [];

    /// <summary>Every series with its labels in the order of their names, and its value.</summary>
    public IReadOnlyDictionary<string, double> Samples => samples;

    /// <summary>Type by name.</summary>
    public IReadOnlyDictionary<string, string> Types => types;

    public double this[string series] => samples.TryGetValue(series, out var value) ? value : throw new KeyNotFoundException($"No {series} among\n{string.Join('\n', samples.Keys)}");

    public static MetricsText Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var metrics = new MetricsText();
        string current = "", helped = "";
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                helped = line.Split(' ')[2];
                continue;
            }

            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                Assert.Equal(helped, words[2]);
                Assert.Contains(words[3], (string[])["counter", "gauge"]);
                metrics.types.Add(current = words[2], words[3]); // a second one of a name is a fault
                continue;
            }

            var match = SampleLine().Match(line);
            Assert.True(match.Success, $"No sample: {line}");
            Assert.Equal(current, match.Groups["name"].Value);
            var labels = LabelPair().Matches(match.Groups["labels"].Value);
            Assert.Equal(labels.Count, labels.Select(static label => label.Groups["key"].Value).Distinct().Count());
            Assert.Equal(match.Groups["labels"].Value, string.Join(',', labels.Select(static label => label.Value)));
            var sorted = string.Join(',', labels.Select(static label => label.Value).Order(StringComparer.Ordinal));
            metrics.samples.Add(sorted.Length == 0 ? current : $"{current}{{{sorted}}}", double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));
        }

        return metrics;
    }

    /// <summary>Series without the values of their labels: <c>name{key="…"}</c>.</summary>
    public static string Shape(string series) => LabelPair().Replace(series, static label => $"{label.Groups["key"].Value}=\"…\"");

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.+)\})? (?<value>[-+0-9.eE]+)$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("(?<key>[a-zA-Z_][a-zA-Z0-9_]*)=\"(?<value>([^\"\\\\\n]|\\\\[\"\\\\n])*)\"")]
    private static partial Regex LabelPair();
}
