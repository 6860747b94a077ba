using System.Buffers;
using System.Text;
using Saker.Alerts;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Http.Alertmanager;

/// <summary>The body: alerts of version 2 (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml).</summary>
internal sealed class AlertmanagerMessage(AlertmanagerOptions options, bool strict)
{
    // Go's time without a value, which Alertmanager takes as not given.
    private const string NoEnd = "0001-01-01T00:00:00Z";
    private const int MoreLabels = 10; // beside those of the fields

    private readonly LostEvents lostEvents = new(options, strict);
    private readonly SeverityMap severities = new(options.CustomSeverityMap, strict);
    private readonly List<KeyValuePair<string, string>> extraLabels = [.. ExtraLabels(options, strict)];

    /// <summary>Writes the body for alerts.</summary>
    public void Write(ArrayBufferWriter<byte> body, IEnumerable<Alert> alerts)
    {
        var json = new GoJsonWriter(body);
        json.BeginList();
        foreach (var alert in alerts)
        {
            Write(json, AlertView.For(alert, strict));
        }

        json.EndList();
        body.Write("\n"u8);
    }

    private void Write(GoJsonWriter json, AlertView view)
    {
        var alert = view.Alert;
        json.BeginObject();
        json.Name("labels");
        json.Texts(Labels(view));
        json.Name("annotations");
        var annotations = new SortedList<string, string>(Utf8Order.Instance)
        {
            ["description"] = alert.Output,
            ["info"] = alert.Output,
            ["summary"] = alert.Rule,
        };
        foreach (var (name, value) in options.ExtraAnnotations)
        {
            annotations[name] = value;
        }

        json.Texts(annotations);
        json.Name("endsAt");
        json.Text(options.ExpiresAfter == 0 ? NoEnd : new AlertTime(alert.Time.UnixSeconds + options.ExpiresAfter, alert.Time.Nanoseconds, alert.Time.OffsetMinutes).ToString());
        json.EndObject();
    }

    private SortedList<string, string> Labels(AlertView view)
    {
        var alert = view.Alert;
        var labels = new SortedList<string, string>(alert.OutputFields.Count + MoreLabels, Utf8Order.Instance);
        var priority = alert.Priority;
        var isAboutLost = LostEvents.IsAbout(alert);
        foreach (var (name, value) in alert.OutputFields)
        {
            if (isAboutLost && LostEvents.IsCounter(name))
            {
                continue;
            }

            if (!strict)
            {
                labels.AddNumbered(LabelNames.Of(name), value.ToString());
            }
            else if (value.Kind is FieldKind.Text or FieldKind.Number)
            {
                labels.TryAdd(LabelNames.AsFalcosidekick(name), value.ToString());
            }
        }

        if (isAboutLost)
        {
            (var counted, priority) = lostEvents.Read(alert);
            foreach (var (name, value) in counted)
            {
                labels[strict ? name : LabelNames.Of(name)] = value;
            }
        }

        labels["source"] = "falco";
        labels["rule"] = labels["alertname"] = alert.Rule;
        labels["eventsource"] = alert.Source;
        labels["priority"] = priority.Word();
        labels["severity"] = severities.Of(priority);
        if (alert.Hostname.Length > 0)
        {
            labels["hostname"] = alert.Hostname;
        }

        if (alert.Tags.Count > 0)
        {
            labels["tags"] = string.Join(',', alert.Tags);
        }

        foreach (var (name, value) in extraLabels)
        {
            labels[name] = value;
        }

        return labels;
    }

    private static IEnumerable<KeyValuePair<string, string>> ExtraLabels(AlertmanagerOptions options, bool strict)
    {
        foreach (var label in options.ExtraLabels)
        {
            if (LabelNames.IsValid(label.Key))
            {
                yield return label;
            }
            else if (!strict)
            {
                throw new OutputConfigurationException("extralabels", $"'{label.Key}' is no name of a label: letters, digits and '_', and no digit in front.");
            }
        }
    }
}

/// <summary>Names of labels as Prometheus takes them.</summary>
internal static class LabelNames
{
    private const int MaxOnStack = 256;

    /// <summary>True for a name that Prometheus takes.</summary>
    public static bool IsValid(string name) => name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(static character => char.IsAsciiLetterOrDigit(character) || character == '_');

    /// <summary>A valid name for a field: each run of other characters is one <c>_</c>.</summary>
    public static string Of(string field)
    {
        var name = field.Length <= MaxOnStack ? stackalloc char[MaxOnStack] : new char[field.Length];
        var length = 0;
        foreach (var character in field)
        {
            var kept = char.IsAsciiLetterOrDigit(character) ? character : '_';
            if (kept != '_' || (length > 0 && name[length - 1] != '_'))
            {
                name[length++] = kept;
            }
        }

        var text = name[..length].TrimEnd('_');
        return text.Length == 0 ? "field" : char.IsAsciiDigit(text[0]) ? $"_{text}" : text.ToString();
    }

    /// <summary>The name that Falcosidekick makes of a field, valid or not.</summary>
    public static string AsFalcosidekick(string field)
    {
        var name = new StringBuilder(field.Length);
        foreach (var rune in field.EnumerateRunes())
        {
            name.Append(rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value == '_') ? (char)rune.Value : '_');
        }

        return name.Replace("__", "_").ToString().Trim('_');
    }
}
