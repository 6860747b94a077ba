using Saker.Rules.Yaml;
using Saker.Testing;

namespace Saker.Rules.Tests;

public class DefaultRules
{
    [Fact]
    public void Every_rule_has_its_section_and_every_section_its_rule()
    {
        var set = Load();
        Assert.True(set.Rules.Count >= 25, $"{set.Rules.Count} rules");
        var sections = File.ReadAllText(Path.Combine(SharedData.ProjectRoot, "docs", "rules.md")).Split("\n## ").Skip(1)
            .ToDictionary(static section => section[..section.IndexOf('\n', StringComparison.Ordinal)]);
        Assert.Equal(set.Rules.Select(static rule => rule.Name).Order(), sections.Keys.Order());
        Assert.All(sections.Values, static section => Assert.All(
            ["**What**: ", "**Why**: ", "**False positives**: ", "**Response**: "], part => Assert.Contains(part, section, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_rules_load_without_any_finding_but_unused_names() =>
        Assert.DoesNotContain(Load().Diagnostics, static finding => finding.Code is not (Diagnostics.DiagnosticCode.UnusedMacro or Diagnostics.DiagnosticCode.UnusedList));

    [Fact]
    public void Every_rule_names_its_events_and_has_a_technique_among_its_tags() => Assert.All(Load().Rules, static rule =>
    {
        Assert.NotNull(rule.EventTypes);
        Assert.Contains(rule.Tags, static tag => tag.StartsWith("T1", StringComparison.Ordinal));
        Assert.Contains(rule.Tags, static tag => tag.StartsWith("mitre_", StringComparison.Ordinal));
    });

    private static RuleSet Load() => RuleLoader.Load(
        [.. Directory.GetFiles(Path.Combine(SharedData.ProjectRoot, "config", "rules"), "*.yaml").Order(StringComparer.Ordinal)
            .Select(static path => new RuleFile(path, File.ReadAllText(path)))],
        FalcoSource.Options());
}
