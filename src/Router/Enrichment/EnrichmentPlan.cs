using Saker.Alerts;
using Saker.Router.Options;
using Saker.Router.Telemetry;

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
    private readonly AlertScanner scanner;
    private readonly AlertAdditions? additions; // null when an alert has to be taken apart

    public EnrichmentPlan(RouterOptions options, Action<string, string> templateFails)
    {
        customFields = [.. options.CustomFields.Select(static field => KeyValuePair.Create(field.Key, FieldValue.Text(field.Value)))];
        customTags = [.. options.CustomTags];
        templatedFields = TemplatedFields.Compile(options.TemplatedFields, static (_, _) => { }, templateFails); // faults were reported with the configuration
        format = options.OutputFieldFormat.Length == 0 ? null : new OutputFieldFormat(options.OutputFieldFormat);
        bracketReplacer = options.BracketReplacer;
        scanner = new AlertScanner([AlertWay.Field, .. EventLabels.FieldsOf(options), .. options.CustomFields.Keys]);
        additions = options.TemplatedFields.Count > 0 || format is not null || bracketReplacer.Length > 0 && customFields.Any(static field => field.Key.Contains('[', StringComparison.Ordinal))
            ? null
            : new AlertAdditions(customFields, customTags, DefaultSource);
    }

    /// <summary>
    /// Looks at the text of an alert, to judge the alert and then to <see cref="Splice"/> the additions in. False when this alert, or what is to
    /// be added, asks for all of it: then it is to be read and enriched by <see cref="Enrich"/>.
    /// </summary>
    public bool TryScan(ReadOnlySpan<byte> text, bool keepsUuid, int maxDepth, out AlertOutline outline)
    {
        outline = default;
        return additions is not null
            && scanner.TryScan(text, out outline, maxDepth)
            && outline.FieldCount + customFields.Length > 0
            && (keepsUuid || outline.Known.Uuid == Guid.Empty)
            && outline.Known.Rule != TestAlert.Rule
            && !HasBrackets(text, outline)
            && !HasCustomField(outline.Known.OutputFields);
    }

    /// <summary>The alert as it is stored, of a text that <see cref="TryScan"/> took; the rest of the text goes through as it came.</summary>
    /// <param name="text">The text.</param>
    /// <param name="outline">What was found in it.</param>
    /// <param name="known">The alert as far as it is known, with the additions.</param>
    public byte[] Splice(ReadOnlySpan<byte> text, in AlertOutline outline, out Alert known)
    {
        known = outline.Known;
        if (known.Source.Length == 0 || customFields.Length > 0)
        {
            known = known with
            {
                Source = known.Source.Length == 0 ? DefaultSource : known.Source,
                OutputFields = customFields.Length == 0 ? known.OutputFields : known.OutputFields.With(customFields),
            };
        }

        return additions!.AddTo(text, outline, known.Uuid == Guid.Empty ? Guid.NewGuid() : Guid.Empty);
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

    // Those in values too: only a name's is replaced, but this finds it sooner.
    private bool HasBrackets(ReadOnlySpan<byte> text, in AlertOutline outline) =>
        bracketReplacer.Length > 0 && text[outline.Start..outline.FieldsEnd].Contains((byte)'[');

    private bool HasCustomField(AlertFields fields)
    {
        foreach (var (name, _) in customFields)
        {
            if (fields.TryGetValue(name, out _))
            {
                return true;
            }
        }

        return false;
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
