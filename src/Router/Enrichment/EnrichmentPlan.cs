using Saker.Alerts;
using Saker.Router.Configuration;

namespace Saker.Router.Enrichment;

/// <summary>The additions of one configuration. Immutable.</summary>
internal sealed class EnrichmentPlan
{
    // Falcosidekick's words for an alert without a source, and for any alert of the test rule.
    private const string DefaultSource = "syscalls";
    private const string TestSource = "internal";

    private readonly KeyValuePair<string, FieldValue>[] _customFields;
    private readonly string[] _customTags;
    private readonly TemplatedFields _templatedFields;
    private readonly OutputFieldFormat? _format;
    private readonly string _bracketReplacer;

    public EnrichmentPlan(RouterOptions options)
    {
        _customFields = [.. options.CustomFields.Select(static field => KeyValuePair.Create(field.Key, FieldValue.Text(field.Value)))];
        _customTags = [.. options.CustomTags];
        _templatedFields = TemplatedFields.Compile(options.TemplatedFields, static (_, _) => { }); // faults were reported with the configuration
        _format = options.OutputFieldFormat.Length == 0 ? null : new OutputFieldFormat(options.OutputFieldFormat);
        _bracketReplacer = options.BracketReplacer;
    }

    public Alert Enrich(Alert alert)
    {
        var custom = alert.OutputFields.With(_customFields);
        var templated = _templatedFields.Render(custom);
        var tags = Tags(alert.Tags);
        return alert with
        {
            Uuid = Guid.NewGuid(),
            Source = alert.Rule == TestAlert.Rule ? TestSource : alert.Source.Length == 0 ? DefaultSource : alert.Source,
            Tags = tags,
            Output = _format is null ? alert.Output : _format.Apply(alert, tags, _customFields, templated),
            OutputFields = WithoutBrackets(templated.Count == 0 ? custom : custom.With(templated)),
        };
    }

    private IReadOnlyList<string> Tags(IReadOnlyList<string> tags)
    {
        if (_customTags.Length == 0)
        {
            return tags;
        }

        string[] all = [.. tags, .. _customTags];
        Array.Sort(all, Utf8Order.Instance);
        return all;
    }

    private AlertFields WithoutBrackets(AlertFields fields)
    {
        if (_bracketReplacer.Length == 0 || !fields.Any(static field => field.Key.Contains('[', StringComparison.Ordinal)))
        {
            return fields;
        }

        return AlertFields.From(fields.OrderBy(static field => field.Key.Contains('[', StringComparison.Ordinal)).Select(field =>
            field.Key.Contains('[', StringComparison.Ordinal)
                ? KeyValuePair.Create(field.Key.Replace("]", "", StringComparison.Ordinal).Replace("[", _bracketReplacer, StringComparison.Ordinal), field.Value)
                : field));
    }
}
