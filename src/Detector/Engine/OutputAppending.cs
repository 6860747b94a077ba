using Saker.Detector.Configuration;
using Saker.Rules;
using Saker.Rules.Output;

namespace Saker.Detector.Engine;

/// <summary>Adds to the rules' outputs what the configuration wants in alerts beside them.</summary>
internal static class OutputAppending
{
    /// <summary>The rules with the additions; null after mistakes, which were then told.</summary>
    /// <param name="configuration">What is added to rules that fit, and to all.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="streams">The streams, whose fields an addition may name in the rules of each.</param>
    /// <param name="logger">Told the mistakes.</param>
    public static IReadOnlyList<Rule>? Apply(
        DetectorConfiguration configuration, IReadOnlyList<Rule> rules, IReadOnlyList<EventStream> streams, ILogger logger)
    {
        var fixedFields = configuration.Options.StaticFields;
        var parts = streams.Select(stream => new Additions(stream, mistake => EngineMessages.Mistake(logger, configuration.Placed(mistake)))).ToList();
        foreach (var (index, addition) in configuration.Options.AppendOutput.Index())
        {
            if (Unfit(addition.Match, rules) is { } reason)
            {
                EngineMessages.Finding(logger, configuration.Placed($"append_output[{index}].match: {reason}; nothing is added by this entry."));
            }

            foreach (var part in parts.Where(part => addition.Match.Source.Length == 0 || addition.Match.Source == part.Source))
            {
                rules = part.Apply(addition, $"append_output[{index}]", rules);
            }
        }

        if (fixedFields.Count > 0)
        {
            var constants = fixedFields.Select(static field => new ExtraField(field.Key, new OutputFormat(field.Value, Star: false, [new OutputPart { Text = field.Value }]), null)).ToList();
            rules = [.. rules.Select(rule => Extended(rule, [], constants))];
        }

        return parts.TrueForAll(static part => part.Good) ? rules : null;
    }

    /// <summary>Why an entry can fit no rule; null when it can.</summary>
    private static string? Unfit(AppendedOutputMatch match, IReadOnlyList<Rule> rules) =>
        match.Rule.Length > 0 && rules.All(rule => rule.Name != match.Rule) ? $"no loaded rule is named '{match.Rule}'"
        : match.Source.Length > 0 && rules.All(rule => rule.Source != match.Source) ? $"no loaded rule has the source '{match.Source}'"
        : match.Tags.FirstOrDefault(tag => !rules.Any(rule => rule.Tags.Contains(tag, StringComparer.Ordinal))) is { } tag ? $"no loaded rule has the tag '{tag}'"
        : null;

    private static bool Fits(AppendedOutputMatch match, Rule rule) =>
        (match.Rule.Length == 0 || match.Rule == rule.Name)
        && match.Tags.All(tag => rule.Tags.Contains(tag, StringComparer.Ordinal));

    private static Rule Extended(Rule rule, List<OutputFormat> formats, List<ExtraField> fields) => rule with
    {
        Output = formats.Aggregate(rule.Output, static (output, format) => output.Append(format)),
        ExtraFields = [.. rule.ExtraFields, .. fields],
    };

    /// <summary>Additions to the rules of one stream, whose fields they may name.</summary>
    private sealed class Additions(EventStream stream, Action<string> tell)
    {
        private readonly OutputFormatParser parser = new(stream.Catalogue);
        private readonly List<OutputFormatError> mistakes = [];

        public string Source => stream.Name;

        public bool Good { get; private set; } = true;

        public IReadOnlyList<Rule> Apply(AppendedOutput addition, string path, IReadOnlyList<Rule> rules)
        {
            List<OutputFormat> formats = [];
            if (addition.ExtraOutput.Length > 0 && Parse(addition.ExtraOutput, $"{path}.extra_output") is { } extra)
            {
                formats.Add(extra);
            }

            if (addition.SuggestedOutput && Parse(stream.SuggestedOutput, $"{path}.suggested_output") is { } suggested)
            {
                formats.Add(suggested);
            }

            List<ExtraField> fields = [.. addition.ExtraFields.Select(field => Extra(field.Key, field.Value, $"{path}.extra_fields.{field.Key}"))];
            return [.. rules.Select(rule => rule.Source == Source && Fits(addition.Match, rule) ? Extended(rule, formats, fields) : rule)];
        }

        // Without a format, the name is that of a field.
        private ExtraField Extra(string name, string format, string path) => format.Length == 0
            ? new ExtraField(name, null, Check(parser.ParseField(name, mistakes), path))
            : new ExtraField(name, Parse(format, path), null);

        private OutputFormat? Parse(string text, string path) => Check(parser.Parse(text, mistakes), path);

        private T? Check<T>(T? parsed, string path)
        {
            foreach (var error in mistakes)
            {
                tell($"{path}: {error.Message}{(error.Suggestion is { } nearest ? $" (did you mean {nearest}?)" : "")}");
            }

            Good &= mistakes.Count == 0;
            mistakes.Clear();
            return parsed;
        }
    }
}
