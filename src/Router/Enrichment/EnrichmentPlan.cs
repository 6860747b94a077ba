using Saker.Alerts;
using Saker.Router.Options;

namespace Saker.Router.Enrichment;

/// <summary>The additions of one configuration. Immutable.</summary>
internal sealed class EnrichmentPlan
{
    // Falcosidekick's words for an alert without a source, and for any alert of the test rule.
    private const string DefaultSource = "syscalls";
    private const string TestSource = "internal";

    private readonly KeyValuePair<string, FieldValue>[] customFields;
    private readonly string[] customTags;
    private readonly TemplatedFields templatedFields;
    private readonly OutputFieldFormat? format;
    private readonly string bracketReplacer;

    public EnrichmentPlan(RouterOptions options, Action<string, string> templateFails)
    {
        customFields = [.. options.CustomFields.Select(static field => KeyValuePair.Create(field.Key, FieldValue.Text(field.Value)))];
        customTags = [.. options.CustomTags];
        templatedFields = TemplatedFields.Compile(options.TemplatedFields, static (_, _) => { }, templateFails); // faults were reported with the configuration
        format = options.OutputFieldFormat.Length == 0 ? null : new OutputFieldFormat(options.OutputFieldFormat);
        bracketReplacer = options.BracketReplacer;
    }

    public Alert Enrich(Alert alert, bool keepsUuid)
    {
        var custom = alert.OutputFields.With(customFields);
        var templated = templatedFields.Render(custom);
        var tags = Tags(alert.Tags);
        return alert with
        {
            Uuid = keepsUuid && alert.Uuid != Guid.Empty ? alert.Uuid : Guid.NewGuid(),
            Source = alert.Rule == TestAlert.Rule ? TestSource : alert.Source.Length == 0 ? DefaultSource : alert.Source,
            Tags = tags,
            Output = format is null ? alert.Output : format.Apply(alert, tags, customFields, templated),
            OutputFields = WithoutBrackets(templated.Count == 0 ? custom : custom.With(templated)),
        };
    }

    private IReadOnlyList<string> Tags(IReadOnlyList<string> tags)
    {
        if (customTags.Length == 0)
        {
            return tags;
        }

        string[] all = [.. tags, .. customTags];
        Array.Sort(all, Utf8Order.Instance);
        return all;
    }

    private AlertFields WithoutBrackets(AlertFields fields)
    {
        if (bracketReplacer.Length == 0 || !fields.Any(static field => field.Key.Contains('[', StringComparison.Ordinal)))
        {
            return fields;
        }

        return AlertFields.From(fields.OrderBy(static field => field.Key.Contains('[', StringComparison.Ordinal)).Select(field =>
            field.Key.Contains('[', StringComparison.Ordinal)
                ? KeyValuePair.Create(field.Key.Replace("]", "", StringComparison.Ordinal).Replace("[", bracketReplacer, StringComparison.Ordinal), field.Value)
                : field));
    }
}
