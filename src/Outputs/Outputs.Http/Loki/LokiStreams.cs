using System.Buffers;
using System.Globalization;
using System.Text;
using Saker.Alerts;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Http.Loki;

/// <summary>The body: lines by stream (https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs).</summary>
internal sealed class LokiStreams(LokiOptions options, OutputContext context)
{
    /// <summary>Labels of a stream that Loki takes, unless its limits are changed (max_label_names_per_series).</summary>
    public const int MaxLabels = 15;

    /// <summary>Bytes of a label's value that Loki takes (max_label_value_length).</summary>
    public const int MaxLabelValue = 2048;

    /// <summary>Bytes of a line that Loki takes (max_line_size).</summary>
    public const int MaxLineBytes = 256 * 1024;

    private readonly IReadOnlyList<string> extraLabels = options.ExtraLabels.Count > 0 ? options.ExtraLabels : options.ExtraLabelsList;

    /// <summary>Writes the body for alerts: those with the same labels are one stream, in their order.</summary>
    public void Write(ArrayBufferWriter<byte> body, IReadOnlyList<Alert> alerts)
    {
        var json = new GoJsonWriter(body);
        json.BeginObject();
        json.Name("streams");
        json.BeginList();
        foreach (var stream in alerts.Select(alert => AlertView.For(alert, context.Strict)).Select(view => (View: view, Labels: Labels(view))).GroupBy(static one => Key(one.Labels)))
        {
            json.BeginObject();
            json.Name("stream");
            json.Texts(stream.First().Labels);
            json.Name("values");
            json.BeginList();
            foreach (var (view, _) in stream)
            {
                WriteLine(json, view);
            }

            json.EndList();
            json.EndObject();
        }

        json.EndList();
        json.EndObject();
        body.Write("\n"u8);
    }

    private void WriteLine(GoJsonWriter json, AlertView view)
    {
        json.BeginList();
        json.Text(view.Alert.Time.UnixNanoseconds.ToString(CultureInfo.InvariantCulture));
        json.Text(Line(view));
        if (options.StructuredMetadata)
        {
            json.Texts(Metadata(view));
        }

        json.EndList();
    }

    private string Line(AlertView view)
    {
        if (options.Format.Equals("json", StringComparison.OrdinalIgnoreCase))
        {
            return Encoding.UTF8.GetString(view.ToJson().Span);
        }

        return view.IsStrict ? view.Alert.Output : AlertCut.Text(view.Alert.Output, MaxLineBytes);
    }

    private SortedList<string, string> Labels(AlertView view)
    {
        var alert = view.Alert;
        var labels = new SortedList<string, string>(MaxLabels, Utf8Order.Instance)
        {
            ["rule"] = alert.Rule,
            ["source"] = alert.Source,
            ["priority"] = alert.Priority.Word(),
        };
        Namespaces(alert, labels);
        foreach (var name in extraLabels.Concat(context.AddedFields))
        {
            // Falcosidekick's labels are texts, and it takes quotes out of them.
            if (alert.OutputFields.TryGetValue(name, out var value) && (!view.IsStrict || value.Kind == FieldKind.Text))
            {
                labels[NameOf(name)] = view.IsStrict ? value.ToString().Replace("\"", "", StringComparison.Ordinal) : value.ToString();
            }
        }

        if (alert.Hostname.Length > 0)
        {
            labels["hostname"] = alert.Hostname;
        }

        if (alert.Tags.Count > 0 && !options.StructuredMetadata)
        {
            labels["tags"] = string.Join(',', alert.Tags);
        }

        return view.IsStrict ? labels : Bounded(labels);
    }

    private void Namespaces(Alert alert, SortedList<string, string> labels)
    {
        if (alert.OutputFields.TextOf("k8s.ns.name") is { } space)
        {
            labels["k8s_ns_name"] = space;
        }

        if (alert.OutputFields.TextOf("k8s.pod.name") is { } pod && !options.StructuredMetadata)
        {
            labels["k8s_pod_name"] = pod;
        }
    }

    private static SortedDictionary<string, string> Metadata(AlertView view)
    {
        var metadata = new SortedDictionary<string, string>(Utf8Order.Instance);
        foreach (var (name, value) in view.Fields)
        {
            metadata.TryAdd(NameOf(name), value);
        }

        metadata["uuid"] = view.Alert.Uuid.ToString();
        metadata["tags"] = string.Join(',', view.Alert.Tags);
        return metadata;
    }

    // Loki refuses a stream over its limits, the line with it.
    private static SortedList<string, string> Bounded(SortedList<string, string> labels)
    {
        if (labels.Count <= MaxLabels && labels.Values.All(static value => value.Length is > 0 and <= MaxLabelValue / 3))
        {
            return labels;
        }

        string[] always = ["rule", "source", "priority", "hostname", "k8s_ns_name"];
        var kept = labels.OrderBy(label => always.Contains(label.Key) ? 0 : 1).Take(MaxLabels)
            .Where(static label => label.Value.Length > 0) // an empty one is none
            .Select(static label => KeyValuePair.Create(label.Key, AlertCut.Text(label.Value, MaxLabelValue)));
        return new SortedList<string, string>(new Dictionary<string, string>(kept), Utf8Order.Instance);
    }

    private static string NameOf(string field) =>
        field.Replace('.', '_').Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);

    private static string Key(SortedList<string, string> labels) => string.Join('\0', labels.Select(static label => $"{label.Key}\u0001{label.Value}"));
}
