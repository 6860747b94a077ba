using System.Buffers;
using System.Globalization;
using System.Text;

namespace Saker.Detector.Telemetry;

/// <summary>
/// Writes Prometheus' text format (version 0.0.4). Samples of one name may have different labels, which Falco's rule
/// counters need (decision 0023).
/// </summary>
internal sealed class PrometheusText
{
    /// <summary>What the text is called in a <c>Content-Type</c>.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly SearchValues<char> LabelCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private readonly StringBuilder text = new(8192);
    private string name = "";

    /// <summary>Begins a metric that only grows.</summary>
    public PrometheusText Counter(string metric, string help) => Begin(metric, help, "counter");

    /// <summary>Begins a metric that goes up and down.</summary>
    public PrometheusText Gauge(string metric, string help) => Begin(metric, help, "gauge");

    /// <summary>A sample of the metric that was begun last.</summary>
    public PrometheusText Sample(long value, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Sample(value.ToString(CultureInfo.InvariantCulture), labels);

    /// <summary>A sample of the metric that was begun last.</summary>
    public PrometheusText Sample(double value, params ReadOnlySpan<(string Name, string Value)> labels) =>
        Sample(value.ToString("R", CultureInfo.InvariantCulture), labels);

    /// <summary>The sample of a metric whose labels say everything.</summary>
    public PrometheusText Info(params ReadOnlySpan<(string Name, string Value)> labels) => Sample(1, labels);

    /// <summary>A name that a label may have: whatever else stands in it becomes an underscore.</summary>
    public static string LabelName(string wish) =>
        string.Create(wish.Length, wish, static (into, from) =>
        {
            for (var i = 0; i < into.Length; i++)
            {
                into[i] = LabelCharacters.Contains(from[i]) ? from[i] : '_';
            }
        });

    /// <inheritdoc/>
    public override string ToString() => text.ToString();

    private PrometheusText Begin(string metric, string help, string type)
    {
        name = metric;
        text.Append("# HELP ").Append(metric).Append(' ');
        AppendEscaped(help, isLabel: false);
        text.Append("\n# TYPE ").Append(metric).Append(' ').Append(type).Append('\n');
        return this;
    }

    private PrometheusText Sample(string value, ReadOnlySpan<(string Name, string Value)> labels)
    {
        text.Append(name);
        for (var i = 0; i < labels.Length; i++)
        {
            text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"");
            AppendEscaped(labels[i].Value, isLabel: true);
            text.Append('"');
        }

        if (labels.Length > 0)
        {
            text.Append('}');
        }

        text.Append(' ').Append(value).Append('\n');
        return this;
    }

    private void AppendEscaped(string value, bool isLabel)
    {
        foreach (var character in value)
        {
            _ = character switch
            {
                '\\' => text.Append(@"\\"),
                '\n' => text.Append(@"\n"),
                '"' when isLabel => text.Append("\\\""),
                _ => text.Append(character),
            };
        }
    }
}
