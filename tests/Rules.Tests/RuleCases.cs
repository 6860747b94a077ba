using System.Globalization;
using System.Text;
using Saker.Alerts;
using Saker.Conditions.Ast;
using Saker.Rules.Diagnostics;
using Saker.Rules.Yaml;

namespace Saker.Rules.Tests;

/// <summary>
/// What rule files become. A file of cases has a title (<c>####</c>), a rule file, and lines (<c>#=</c>) that say every rule that
/// it gives and every finding with its place, what it marks and the way to it; a key that is not named has its default.
/// </summary>
public class RuleCases
{
    private const string Title = "#### ";
    private const string Expectation = "#=";

    private static readonly RuleLoaderOptions options = FalcoSource.Options();

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Cases");

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var file in Directory.GetFiles(Folder, "*.yaml").Order(StringComparer.Ordinal))
        {
            foreach (var (title, _, _) in Read(file))
            {
                data.Add(Path.GetFileName(file), title);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_rule_file_becomes_what_the_case_says(string file, string title)
    {
        var (_, text, expected) = Read(Path.Combine(Folder, file)).Single(one => one.Title == title);
        Assert.Equal(expected, Describe(RuleLoader.Load([new RuleFile("r.yaml", text)], options)));
    }

    private static IEnumerable<(string Title, string Text, string Expected)> Read(string file)
    {
        foreach (var part in ("\n" + File.ReadAllText(file)).Split("\n" + Title).Skip(1))
        {
            var lines = part.Split('\n');
            var text = string.Concat(lines.Skip(1).Where(static line => !line.StartsWith(Expectation, StringComparison.Ordinal)).Select(static line => line + "\n"));
            var expected = lines.Where(static line => line.StartsWith(Expectation, StringComparison.Ordinal)).Select(static line => line[Expectation.Length..].TrimStart(' ') + "\n");
            yield return (lines[0], text, string.Concat(expected));
        }
    }

    private static string Describe(RuleSet set)
    {
        var text = new StringBuilder();
        foreach (var rule in set.Rules)
        {
            text.Append(CultureInfo.InvariantCulture, $"rule {rule.Name}: {rule.Priority.Word()}, {(rule.Enabled ? "on" : "off")}, [{string.Join(", ", rule.Tags)}], line {rule.Line}\n");
            text.Append("condition: ").Append(ConditionPrinter.Print(rule.Condition.Expression, expandMacros: true)).Append('\n');
            text.Append("events: ").Append(rule.EventTypes is { Count: < 5 } types ? string.Join(", ", types.Select(static type => options.Sources["syscall"].EventTypes[type])) : "many").Append('\n');
            text.Append("output: ").Append(Shown(rule.Output.Source)).Append('\n');
            text.Append("desc: ").Append(Shown(rule.Description)).Append('\n');
            if (rule.Source != "syscall" || rule.Capture || rule.CaptureDuration is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"source {rule.Source}, capture {rule.Capture}, {rule.CaptureDuration} ms\n");
            }
        }

        foreach (var finding in set.Diagnostics)
        {
            text.Append(CultureInfo.InvariantCulture, $"{finding.Severity.ToString().ToLowerInvariant()} {finding.Line}:{finding.Column} {finding.Code.Name()}: {finding.Message}{(finding.Suggestion is null ? "" : $" Near: {finding.Suggestion}.")}\n");
            text.Append(CultureInfo.InvariantCulture, $"marks '{Marked(finding)}'{string.Concat(finding.Locations.Skip(1).Select(Shown))}\n");
        }

        return text.ToString();
    }

    private static string Marked(Diagnostic finding) =>
        finding.File.Content.Substring(finding.Start, Math.Min(finding.Length, finding.File.Content.Length - finding.Start)).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Shown(DiagnosticLocation at) =>
        $" > {at.ItemType} {at.ItemName}{(at.PositionName == "r.yaml" ? "" : at.PositionName.Replace("\n", "\\n", StringComparison.Ordinal))}@{at.Line}:{at.Column}:{at.Offset}";

    private static string Shown(string text) => $"'{text.Replace("\n", "\\n", StringComparison.Ordinal)}'";
}
