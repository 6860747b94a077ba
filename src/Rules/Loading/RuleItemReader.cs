using Saker.Alerts;
using Saker.Rules.Definitions;
using Saker.Rules.Diagnostics;
using Saker.Rules.Yaml;

namespace Saker.Rules.Loading;

/// <summary>Reads rules: whole ones, what is appended or replaced, and the old way to switch one on or off.</summary>
internal sealed class RuleItemReader(Collector collector, RuleLoaderOptions options, DiagnosticBag diagnostics)
{
    /// <summary>The keys that an item may have.</summary>
    public static readonly IReadOnlySet<string> Keys = new HashSet<string>
    {
        "rule", "desc", "condition", "output", "priority", "source", "enabled", "tags", "exceptions", "append", "override",
        "warn_evttypes", "skip-if-unknown-filter", "capture", "capture_duration",
    };

    private static readonly string[] Body = ["condition", "output", "desc", "priority"];
    private static readonly HashSet<string> Appendable = ["condition", "output", "desc", "tags", "exceptions"];

    private static readonly HashSet<string> Replaceable =
    [
        .. Appendable, "priority", "enabled", "warn_evttypes", "skip-if-unknown-filter", "capture", "capture_duration",
    ];

    private readonly ExceptionReader exceptions = new(options, diagnostics);

    /// <summary>Reads an item.</summary>
    public void Read(string name, ItemReader reader)
    {
        var append = RuleFileReader.ReadAppendFlag(reader);
        var overrides = reader.Overrides(Appendable, Replaceable);
        if (append && overrides is { Count: > 0 })
        {
            reader.Fail("'append' and 'override' cannot be used together", reader.Context);
        }

        if (reader.Failed)
        {
            return;
        }

        if (overrides is { Count: > 0 })
        {
            Change(name, reader, overrides);
        }
        else if (append)
        {
            Change(name, reader, new() { ["condition"] = true, ["exceptions"] = true }, old: true);
        }
        else if (!Body.Any(reader.Has))
        {
            Switch(name, reader);
        }
        else
        {
            Define(name, reader);
        }
    }

    private void Define(string name, ItemReader reader)
    {
        var condition = reader.Required("condition");
        var output = reader.Required("output");
        var description = reader.Required("desc");
        var priority = ReadPriority(reader);
        var source = reader.Optional("source")?.Value ?? options.DefaultSource;
        var enabled = reader.OptionalBool("enabled") ?? true;
        var warn = reader.OptionalBool("warn_evttypes") ?? true;
        var skip = reader.OptionalBool("skip-if-unknown-filter") ?? false;
        var tags = reader.Sequence("tags", required: false) ?? [];
        var capture = reader.OptionalBool("capture") ?? false;
        var duration = reader.OptionalNumber("capture_duration");
        var read = exceptions.Read(reader, appending: false);
        if (reader.Failed)
        {
            return;
        }

        if (collector.Rules.Find(name) is { } before && before.Source != source)
        {
            FailSource(before, source, reader);
            return;
        }

        var unknownSource = !options.Sources.ContainsKey(source);
        if (unknownSource)
        {
            reader.Warn(DiagnosticCode.UnknownSource, $"Unknown source {source}, skipping");
        }

        foreach (var exception in read)
        {
            exceptions.Validate(exception, unknownSource ? null : source, reader);
        }

        if (reader.Failed)
        {
            return;
        }

        var rule = new RuleItem(name, reader.Context)
        {
            Condition = MappedText.Of(condition!),
            ConditionContext = reader.Context.At(condition!, "rule condition"),
            Output = MappedText.Of(output!).Trim(),
            OutputContext = reader.Context.At(output!, "rule output"),
            Description = description!.Value,
            Priority = priority!.Value,
            Source = source,
            UnknownSource = unknownSource,
            Enabled = enabled,
            WarnEventTypes = warn,
            SkipIfUnknownFilter = skip,
            Capture = capture,
            CaptureDuration = duration,
            Exceptions = read,
        };
        rule.Tags.UnionWith(tags);
        collector.Rules.Define(rule, collector.NextTime());
    }

    private void Switch(string name, ItemReader reader)
    {
        if (reader.Required("enabled") is null || reader.OptionalBool("enabled") is not { } enabled)
        {
            return;
        }

        reader.Warn(DiagnosticCode.DeprecatedItem, "'enabled' alone is deprecated; write 'enabled: replace' under 'override' as well.");
        if (collector.Rules.Find(name) is { } rule)
        {
            rule.Enabled = enabled;
        }
        else if (!collector.Broken.Contains($"rule {name}"))
        {
            reader.Fail(DiagnosticCode.Validate, $"The rule '{name}' is switched on or off, but no rule of that name is defined before", reader.Context);
        }
    }

    private void Change(string name, ItemReader reader, Dictionary<string, bool> changes, bool old = false)
    {
        foreach (var (key, append) in changes)
        {
            if (!old && !reader.Has(key))
            {
                reader.Fail($"'override' wants to {(append ? "append to" : "replace")} '{key}', but '{key}' is not there", reader.Context);
            }
        }

        foreach (var (key, value) in reader.Item.Entries)
        {
            if (!old && Replaceable.Contains(key.Value) && !changes.ContainsKey(key.Value))
            {
                reader.Fail(
                    $"Unexpected key '{key.Value}': 'override' does not say whether it is appended or replaced",
                    reader.Context.At(value, "overrides", key.Value));
            }
        }

        var rule = collector.Rules.Find(name);
        if (rule is null && !reader.Failed)
        {
            if (!collector.Broken.Contains($"rule {name}"))
            {
                reader.Fail(DiagnosticCode.Validate, $"The rule '{name}' is changed, but no rule of that name is defined before", reader.Context);
            }

            return;
        }

        if (rule is null || reader.Failed)
        {
            return;
        }

        if (old && !reader.Has("condition") && !reader.Has("exceptions"))
        {
            reader.Fail(DiagnosticCode.Validate, "An appended rule needs a condition or exceptions", reader.Context);
            return;
        }

        // An item that names no source means the rule as it is.
        if (reader.Item["source"] is YamlScalar { IsNull: false, Value: { Length: > 0 } source } && source != rule.Source)
        {
            FailSource(rule, source, reader);
            return;
        }

        foreach (var (key, append) in changes)
        {
            if (reader.Has(key))
            {
                ChangeKey(rule, key, append, reader);
            }
        }

        collector.Touch(rule);
    }

    private void ChangeKey(RuleItem rule, string key, bool append, ItemReader reader)
    {
        switch (key)
        {
            case "condition" when reader.Optional(key) is { } condition:
                rule.Condition = append ? Appended(rule.Condition, condition) : MappedText.Of(condition);
                break;
            case "output" when reader.Optional(key) is { } output:
                rule.Output = append ? Appended(rule.Output, output) : MappedText.Of(output);
                break;
            case "desc" when reader.Optional(key) is { } description:
                rule.Description = append ? $"{rule.Description} {description.Value}" : description.Value;
                break;
            case "tags" when reader.Sequence(key, required: false) is { } tags:
                rule.Tags = append ? [.. rule.Tags, .. tags] : [.. tags];
                break;
            case "exceptions":
                ChangeExceptions(rule, append, reader);
                break;
            case "priority" when ReadPriority(reader) is { } priority:
                rule.Priority = priority;
                break;
            case "enabled" when reader.OptionalBool(key) is { } enabled:
                rule.Enabled = enabled;
                break;
            case "warn_evttypes" when reader.OptionalBool(key) is { } warn:
                rule.WarnEventTypes = warn;
                break;
            case "skip-if-unknown-filter" when reader.OptionalBool(key) is { } skip:
                rule.SkipIfUnknownFilter = skip;
                break;
            case "capture" when reader.OptionalBool(key) is { } capture:
                rule.Capture = capture;
                break;
            case "capture_duration" when reader.OptionalNumber(key) is { } duration:
                rule.CaptureDuration = duration;
                break;
        }
    }

    private static MappedText Appended(MappedText text, YamlScalar added) =>
        new MappedText.Builder().Append(text).Append(" ", added).Append(added).Build();

    private void ChangeExceptions(RuleItem rule, bool append, ItemReader reader)
    {
        var read = exceptions.Read(reader, appending: true);
        var source = rule.UnknownSource ? null : rule.Source;
        if (!append)
        {
            rule.Exceptions = [];
        }

        foreach (var added in read)
        {
            var present = rule.Exceptions.FirstOrDefault(exception => exception.Name == added.Name);
            if (present is null)
            {
                if (append && added.Values.Count == 0 && added.Fields is not null)
                {
                    reader.Fail(DiagnosticCode.Validate, "A new exception that is appended needs values", added.Context);
                }
                else if (exceptions.Validate(added, source, reader))
                {
                    rule.Exceptions.Add(added);
                }
            }
            else if (added.Fields is not null || added.Comparisons is not null)
            {
                reader.Fail(DiagnosticCode.Validate, "The fields and comps of an exception cannot be changed by appending, only its values", added.Context);
            }
            else
            {
                present.Values.AddRange(added.Values);
            }
        }
    }

    private static void FailSource(RuleItem rule, string source, ItemReader reader) => reader.Fail(
        DiagnosticCode.Validate,
        $"The rule '{rule.Name}' is about the source '{rule.Source}' ({rule.Context.File.Name}:{rule.Context.Location.Line + 1}), and here about '{source}': give this one another name",
        reader.Context);

    private static Priority? ReadPriority(ItemReader reader)
    {
        if (reader.Required("priority") is not { } scalar)
        {
            return null;
        }

        if (Priorities.TryParse(scalar.Value, out var priority))
        {
            return priority;
        }

        reader.Fail(
            $"Invalid priority '{scalar.Value}'; it is one of {string.Join(", ", Priorities.All.Select(static known => known.Word()))}",
            reader.Context.At(scalar, "rule priority"));
        // The rest of the rule is read all the same, so that its other mistakes are told too.
        return Priority.Debug;
    }
}
