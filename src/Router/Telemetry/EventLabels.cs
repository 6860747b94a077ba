using System.Text.RegularExpressions;
using Saker.Alerts;
using Saker.Router.Options;
using Saker.Settings;

namespace Saker.Router.Telemetry;

/// <summary>
/// The labels of <c>falco_events_total</c>: seven of Falcosidekick's, then the custom fields, the templated fields and
/// <c>prometheus.extralabels</c>. A dot in a field's name is an underscore in the label.
/// </summary>
internal sealed partial class EventLabels : IEquatable<EventLabels>
{
    private const string NamespaceField = "k8s.ns.name";
    private const string PodField = "k8s.pod.name";

    private static readonly int FixedLabels = MetricCatalogue.EventLabels.Count;

    private readonly List<string> names = [.. MetricCatalogue.EventLabels];
    private readonly List<(string Field, string? Constant)> extra = [];

    private EventLabels()
    {
    }

    /// <summary>Label names, in the order of <see cref="Fill"/>.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>The labels of a configuration.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="fault">Gets each name that cannot be a label.</param>
    public static EventLabels Create(RouterOptions options, Action<LabelFault> fault)
    {
        var labels = new EventLabels();
        foreach (var field in options.CustomFields.Keys)
        {
            labels.AddField("customfields", field, fault);
        }

        foreach (var field in options.TemplatedFields.Keys)
        {
            labels.AddField("templatedfields", field, fault);
        }

        foreach (var (name, value) in options.Prometheus.ExtraLabels)
        {
            labels.AddExtra("extralabels", name, value, fault);
        }

        foreach (var text in options.Prometheus.ExtraLabels.Count == 0 ? options.Prometheus.ExtraLabelsList : [])
        {
            var (name, value) = DelimitedText.SplitEntry(text);
            labels.AddExtra("extralabelslist", name, value ?? "", fault);
        }

        return labels;
    }

    /// <summary>The output fields that the labels of a configuration are filled from.</summary>
    public static IEnumerable<string> FieldsOf(RouterOptions options) =>
        [NamespaceField, PodField, .. Create(options, static _ => { }).extra.Where(static label => label.Constant is null).Select(static label => label.Field)];

    /// <summary>Fills in the values for an alert; <paramref name="values"/> has as many places as there are names.</summary>
    public void Fill(string[] values, Alert alert)
    {
        values[0] = alert.Hostname.Length == 0 ? "unknown" : alert.Hostname;
        values[1] = alert.Rule;
        values[2] = FalcosidekickNumber(alert.Priority);
        values[3] = LowerWord(alert.Priority);
        values[4] = alert.Source;
        values[5] = Text(alert, NamespaceField);
        values[6] = Text(alert, PodField);
        for (var i = 0; i < extra.Count; i++)
        {
            values[FixedLabels + i] = extra[i].Constant ?? Text(alert, extra[i].Field);
        }
    }

    /// <summary>True for the same labels, filled from the same fields, in the same order.</summary>
    public bool Equals(EventLabels? other) => other is not null && names.SequenceEqual(other.names) && extra.SequenceEqual(other.extra);

    public override bool Equals(object? obj) => Equals(obj as EventLabels);

    public override int GetHashCode() => names.Count;

    private void AddField(string section, string field, Action<LabelFault> fault)
    {
        var label = field.Replace('.', '_');
        if (!LabelName().IsMatch(label))
        {
            fault(new(section, field, $"'{field}' is no label of Prometheus, so the metrics do not show this field; the alerts do.", MustMend: false));
        }
        else if (!TryAdd(label, field, null))
        {
            fault(new(section, field, $"The metrics have a label '{label}' already; choose another name than '{field}'.", MustMend: true));
        }
    }

    private void AddExtra(string section, string name, string value, Action<LabelFault> fault)
    {
        var key = $"prometheus.{section}";
        var label = name.Replace('.', '_');
        if (!LabelName().IsMatch(label))
        {
            fault(new(key, name, $"'{name}' is no label of Prometheus; it has letters, digits and '_' only, and dots of a field's name become '_'.", MustMend: true));
        }
        else if (!TryAdd(label, name, value.Length == 0 ? null : value))
        {
            fault(new(key, name, $"The metrics have a label '{label}' already; take '{name}' out.", MustMend: true));
        }
    }

    private bool TryAdd(string label, string field, string? constant)
    {
        if (names.Contains(label))
        {
            return false;
        }

        names.Add(label);
        extra.Add((field, constant));
        return true;
    }

    private static string Text(Alert alert, string field) =>
        alert.OutputFields.TryGetValue(field, out var value) && value.Kind != FieldKind.Null ? value.ToString() : "";

    // Falcosidekick counts from debug (1) to emergency (8).
    private static string FalcosidekickNumber(Priority priority) => Numbers[(int)priority];

    private static string LowerWord(Priority priority) => LowerWords[(int)priority];

    private static readonly string[] Numbers = ["8", "7", "6", "5", "4", "3", "2", "1"];
    private static readonly string[] LowerWords = [.. Priorities.All.Select(static priority => priority.Word().ToLowerInvariant())];

    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_]*$", RegexOptions.CultureInvariant)]
    private static partial Regex LabelName();
}

/// <summary>A name that cannot be a label.</summary>
/// <param name="Section">The key that it stands below.</param>
/// <param name="Entry">The name.</param>
/// <param name="Sentence">What is wrong, and what to do.</param>
/// <param name="MustMend">False when the router runs all the same, without this label.</param>
internal readonly record struct LabelFault(string Section, string Entry, string Sentence, bool MustMend);
