using Saker.Conditions.Compilation;
using Saker.Conditions.Fields;
using Saker.Conditions.Parsing;
using Saker.Rules;
using Saker.Settings;
using Saker.Text;

namespace Saker.Detector.RuleTools.Cases;

/// <summary>A case, checked against the rules that it is about and ready to be run.</summary>
internal sealed record PreparedCase
{
    private const string EventType = "evt.type";

    /// <summary>The case.</summary>
    public required RuleCase Case { get; init; }

    /// <summary>The rules, and how they are run.</summary>
    public required RuleReplay Replay { get; init; }

    /// <summary>For each of <see cref="RuleCase.Expected"/>, its fields.</summary>
    public required IReadOnlyList<IReadOnlyList<FieldReference>> Fields { get; init; }

    /// <summary>A condition on the events that alerts may come of; null for all.</summary>
    public CompiledCondition? Filter { get; init; }

    /// <summary>The values of a recorded alert; null when the case is none.</summary>
    public RecordedAlert? Alert { get; init; }

    /// <summary>The rules that a recorded alert is held against.</summary>
    public IReadOnlyList<Rule> Asked { get; init; } = [];

    /// <summary>Checks a case.</summary>
    /// <param name="test">The case.</param>
    /// <param name="replay">The rules.</param>
    /// <param name="faults">Gets its mistakes; the result is not to be run then.</param>
    public static PreparedCase Of(RuleCase test, RuleReplay replay, ConfigFaults faults)
    {
        var resolver = new FieldResolver(replay.Stream.Catalogue);
        foreach (var expectation in test.Expected.Where(static expectation => expectation.Rule.Length > 0))
        {
            CheckRule(expectation.Rule, replay.Rules, expectation.Source, $"{expectation.Path}.rule", faults);
        }

        var prepared = new PreparedCase
        {
            Case = test,
            Replay = replay,
            Fields = [.. test.Expected.Select(expectation => FieldsOf(expectation, resolver, faults))],
            Filter = test.Input is CaptureInput { Filter: { } filter } ? Compile(filter, $"{test.Path}.filter", replay, faults) : null,
        };
        return test.Input is AlertInput input ? prepared.With(input, resolver, faults) : prepared;
    }

    private PreparedCase With(AlertInput input, FieldResolver resolver, ConfigFaults faults)
    {
        var alert = new RecordedAlert();
        if (input.Alert.Find("output_fields")?.Value is not ConfigMap recorded)
        {
            faults.Error(input.Alert.Source, $"{Case.Path}.alert", "The alert has no 'output_fields', so that no value of a field is known; switch json_include_output_fields_property on where it is recorded.");
            return this;
        }

        // What the detector adds under names of its own is no field.
        Take(alert, recorded, resolver, $"{Case.Path}.alert.output_fields", faults, mayBeUnknown: true);
        if (input.Fields is { } more)
        {
            Take(alert, more, resolver, $"{Case.Path}.fields", faults, mayBeUnknown: false);
        }

        var names = Case.Expected.Select(static expectation => expectation.Rule).Distinct(StringComparer.Ordinal).ToList();
        if (names.Count == 0)
        {
            if (input.Alert.Find("rule")?.Value is not ConfigScalar own)
            {
                faults.Error(input.Alert.Source, $"{Case.Path}.alert", "The alert does not name its rule, and neither does 'expect': name it there.");
                return this;
            }

            CheckRule(own.Text, Replay.Rules, own.Source, $"{Case.Path}.alert.rule", faults);
            names.Add(own.Text);
        }

        var asked = Replay.Rules.Rules.Where(rule => names.Contains(rule.Name)).ToList();
        foreach (var rule in asked)
        {
            var missing = rule.Condition.Fields.Where(field => !alert.Knows(field)).Select(static field => field.Text).Order(StringComparer.Ordinal).ToList();
            if (missing.Count > 0)
            {
                faults.Error(Case.Source, $"{Case.Path}.alert", $"Whether '{rule.Name}' matches cannot be decided, for its condition reads {string.Join(", ", missing)}, of which the alert says nothing; write {(missing.Count == 1 ? "its value" : "their values")} below 'fields' ('~' for one that is absent), as in fields: {{{missing[0]}: {(missing[0] == EventType ? "openat" : "…")}}}.");
            }
        }

        return this with { Alert = alert, Asked = asked };
    }

    private static void Take(RecordedAlert alert, ConfigMap fields, FieldResolver resolver, string path, ConfigFaults faults, bool mayBeUnknown)
    {
        foreach (var entry in fields.Entries)
        {
            if (Resolve(entry.Key, resolver, out var error) is not { } field)
            {
                if (!mayBeUnknown)
                {
                    faults.Error(entry.KeySource, $"{path}.{entry.Key}", error);
                }
            }
            else if (alert.Take(field, entry.Value) is { } problem)
            {
                faults.Error(entry.Value.Source, $"{path}.{entry.Key}", problem);
            }
        }
    }

    private static List<FieldReference> FieldsOf(Expectation expectation, FieldResolver resolver, ConfigFaults faults)
    {
        var fields = new List<FieldReference>();
        foreach (var (entry, _) in expectation.Fields)
        {
            if (Resolve(entry.Key, resolver, out var error) is { } field)
            {
                fields.Add(field);
            }
            else
            {
                faults.Error(entry.KeySource, $"{expectation.Path}.fields.{entry.Key}", error);
            }
        }

        return fields;
    }

    private static FieldReference? Resolve(string written, FieldResolver resolver, out string error)
    {
        var bracket = written.EndsWith(']') ? written.IndexOf('[', StringComparison.Ordinal) : -1;
        var field = bracket < 0
            ? resolver.Resolve(written, null, out var problem, out var near)
            : resolver.Resolve(written[..bracket], written[(bracket + 1)..^1], out problem, out near);
        error = $"{problem}{(near is null ? ". 'saker-detector fields' lists them." : $"; did you mean '{near}'?")}";
        return field;
    }

    private static CompiledCondition? Compile(ConfigScalar filter, string path, RuleReplay replay, ConfigFaults faults)
    {
        var errors = new List<ConditionError>();
        var compiled = new ConditionCompiler(replay.Stream.Catalogue).Compile(filter.Text, errors);
        foreach (var error in errors)
        {
            faults.Error(filter.Source, path, $"'{filter.Text}': {error.Message}{(error.Suggestion is { } near ? $"; did you mean '{near}'?" : ".")}");
        }

        return compiled;
    }

    private static void CheckRule(string name, RuleSet rules, ConfigSource source, string path, ConfigFaults faults)
    {
        var found = rules.Rules.FirstOrDefault(rule => rule.Name == name);
        if (found is null)
        {
            faults.Error(source, path, $"There is no rule '{name}'{NearestWord.Hint(name, rules.Rules.Select(static rule => rule.Name))}");
        }
        else if (!found.Enabled)
        {
            faults.Error(source, path, $"The rule '{name}' is switched off by its file ({found.File}:{found.Line}), and can make no alert; switch it on by a file of 'rules' (override: {{enabled: replace}}).");
        }
        else if (found.Unavailable is { } reason)
        {
            faults.Error(source, path, $"The rule '{name}' is off: {reason}.");
        }
    }
}
