using System.Globalization;
using System.Text.RegularExpressions;

namespace Saker.Router.Tests.Telemetry;

/// <summary>The text format of Prometheus, read strictly: https://prometheus.io/docs/instrumenting/exposition_formats/.</summary>
internal sealed partial class MetricsText
{
    private MetricsText()
    {
    }

    /// <summary>Kind by family.</summary>
    public Dictionary<string, string> Types { get; } = [];

    /// <summary>Help by family.</summary>
    public Dictionary<string, string> Helps { get; } = [];

    /// <summary>Name, labels in alphabetic order as in the text (<c>a="x",b="y"</c>), value.</summary>
    public List<(string Name, string Labels, double Value)> Samples { get; } = [];

    public static MetricsText Parse(string text)
    {
        var result = new MetricsText();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                var words = line.Split(' ', 4);
                Assert.True(result.Helps.TryAdd(words[2], words.Length > 3 ? words[3] : ""), $"two HELP lines: {line}");
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                Assert.True(result.Types.TryAdd(words[2], words[3]), $"two TYPE lines: {line}");
            }
            else
            {
                var match = Sample().Match(line);
                Assert.True(match.Success, $"no sample: {line}");
                var labels = Label().Matches(match.Groups["labels"].Value).Select(static label => label.Value).Order(StringComparer.Ordinal);
                result.Samples.Add((match.Groups["name"].Value, string.Join(',', labels), double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)));
            }
        }

        return result;
    }

    /// <summary>The family of a sample: a histogram has three kinds of samples.</summary>
    public string FamilyOf(string sample)
    {
        foreach (var suffix in (string[])["_bucket", "_sum", "_count"])
        {
            if (sample.EndsWith(suffix, StringComparison.Ordinal) && Types.GetValueOrDefault(sample[..^suffix.Length]) == "histogram")
            {
                return sample[..^suffix.Length];
            }
        }

        return sample;
    }

    /// <summary>The samples of one name by their labels.</summary>
    public Dictionary<string, double> Of(string name) => Samples.Where(sample => sample.Name == name).ToDictionary(static sample => sample.Labels, static sample => sample.Value);

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? (?<value>[-+0-9.eEInfNa]+)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("""[a-zA-Z_][a-zA-Z0-9_]*="(\\.|[^"\\])*"(?=,|$)""")]
    private static partial Regex Label();
}
