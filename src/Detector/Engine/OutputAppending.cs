using Saker.Conditions.Fields;
using Saker.Detector.Configuration;
using Saker.Rules;
using Saker.Rules.Output;

namespace Saker.Detector.Engine;

/// <summary>Adds to the rules' outputs what the configuration wants in alerts beside them.</summary>
internal static class OutputAppending
{
    // What Falco's container plugin suggests for system calls, as recorded in its alerts.
    private const string Suggested =
        "container_id=%container.id container_name=%container.name container_image_repository=%container.image.repository " +
        "container_image_tag=%container.image.tag k8s_pod_name=%k8s.pod.name k8s_ns_name=%k8s.ns.name";

    /// <summary>The rules with the additions; null after mistakes, which were then told.</summary>
    /// <param name="additions">What is added to rules that fit.</param>
    /// <param name="fixedFields">Fields that all rules get, with their values.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="catalogue">The fields.</param>
    /// <param name="logger">Told the mistakes.</param>
    public static IReadOnlyList<Rule>? Apply(
        IReadOnlyList<AppendedOutput> additions, IReadOnlyDictionary<string, string> fixedFields, IReadOnlyList<Rule> rules, IFieldCatalogue catalogue, ILogger logger)
    {
        var parser = new OutputFormatParser(catalogue);
        var mistakes = new List<OutputFormatError>();
        var good = true;
        foreach (var (index, addition) in additions.Index())
        {
            var path = $"append_output[{index}]";
            List<OutputFormat> formats = [];
            if (addition.ExtraOutput.Length > 0 && Parse(addition.ExtraOutput, $"{path}.extra_output") is { } extra)
            {
                formats.Add(extra);
            }

            if (addition.SuggestedOutput && Parse(Suggested, $"{path}.suggested_output") is { } suggested)
            {
                formats.Add(suggested);
            }

            var fields = new List<ExtraField>();
            foreach (var (name, format) in addition.ExtraFields)
            {
                var fieldPath = $"{path}.extra_fields.{name}";
                if (format.Length == 0)
                {
                    fields.Add(new ExtraField(name, null, Check(parser.ParseField(name, mistakes), fieldPath)));
                }
                else
                {
                    fields.Add(new ExtraField(name, Parse(format, fieldPath), null));
                }
            }

            rules = [.. rules.Select(rule => Fits(addition.Match, rule) ? Extended(rule, formats, fields) : rule)];
        }

        if (fixedFields.Count > 0)
        {
            var constants = fixedFields.Select(static field => new ExtraField(field.Key, new OutputFormat(field.Value, Star: false, [new OutputPart { Text = field.Value }]), null)).ToList();
            rules = [.. rules.Select(rule => Extended(rule, [], constants))];
        }

        return good ? rules : null;

        OutputFormat? Parse(string text, string path) => Check(parser.Parse(text, mistakes), path);

        T? Check<T>(T? parsed, string path)
        {
            foreach (var error in mistakes)
            {
                EngineMessages.Mistake(logger, $"{path}: {error.Message}{(error.Suggestion is { } nearest ? $" (did you mean {nearest}?)" : "")}");
            }

            good &= mistakes.Count == 0;
            mistakes.Clear();
            return parsed;
        }
    }

    private static bool Fits(AppendedOutputMatch match, Rule rule) =>
        (match.Source.Length == 0 || match.Source == rule.Source)
        && (match.Rule.Length == 0 || match.Rule == rule.Name)
        && match.Tags.All(tag => rule.Tags.Contains(tag, StringComparer.Ordinal));

    private static Rule Extended(Rule rule, List<OutputFormat> formats, List<ExtraField> fields) => rule with
    {
        Output = formats.Aggregate(rule.Output, static (output, format) => output.Append(format)),
        ExtraFields = [.. rule.ExtraFields, .. fields],
    };
}
