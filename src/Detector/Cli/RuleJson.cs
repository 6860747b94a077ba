using System.Text.Json.Nodes;
using Saker.Alerts;
using Saker.Detector.Engine;
using Saker.Rules;

namespace Saker.Detector.Cli;

/// <summary>Rules as JSON, with the names that <c>falco -L</c> and <c>falco -l</c> give them under <c>json_output</c>.</summary>
internal static class RuleJson
{
    /// <summary>All rules, macros and lists.</summary>
    public static void Write(TextWriter output, RuleSet set, IReadOnlyList<EventStream> streams) => output.WriteLine(new JsonObject
    {
        ["lists"] = new JsonArray([.. set.Lists.Select(static list => new JsonObject { ["info"] = new JsonObject { ["items"] = Texts(list.Items), ["name"] = list.Name } })]),
        ["macros"] = new JsonArray([.. set.Macros.Select(static macro => new JsonObject { ["info"] = new JsonObject { ["condition"] = macro.Condition.Trim(), ["name"] = macro.Name } })]),
        ["rules"] = new JsonArray([.. set.Rules.Select(rule => Describe(set, rule, streams))]),
    }.ToJsonString(IndentedJson.Options));

    /// <summary>One rule.</summary>
    public static void Write(TextWriter output, RuleSet set, Rule rule, IReadOnlyList<EventStream> streams) =>
        output.WriteLine(Describe(set, rule, streams).ToJsonString(IndentedJson.Options));

    private static JsonObject Describe(RuleSet set, Rule rule, IReadOnlyList<EventStream> streams)
    {
        var explanation = set.Explain(rule);
        var types = streams.First(stream => stream.Name == rule.Source).Types;
        return new()
        {
            ["details"] = new JsonObject
            {
                ["condition_compiled"] = string.Join(' ', explanation.Condition.Select(static line => line.Text)),
                ["condition_fields"] = Texts(rule.Condition.Fields.Select(static field => field.Text).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)),
                ["events"] = Texts(rule.EventTypes?.Select(type => types.Names[type]).Distinct(StringComparer.Ordinal) ?? []),
                ["lists"] = Texts(explanation.Lists.Select(static list => list.Name)),
                ["output_fields"] = Texts(rule.Output.Fields.Select(static field => field.Text)),
            },
            ["info"] = new JsonObject
            {
                ["condition"] = set.ConditionOf(rule).Trim(),
                ["description"] = rule.Description.Trim(),
                ["enabled"] = rule.Enabled,
                ["name"] = rule.Name,
                ["output"] = rule.Output.Source,
                ["priority"] = rule.Priority.Word(),
                ["source"] = rule.Source,
                ["tags"] = Texts(rule.Tags),
            },
        };
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(static text => JsonValue.Create(text))]);
}
