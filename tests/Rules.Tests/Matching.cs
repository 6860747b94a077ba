using Saker.Conditions.Tests.Support;
using Saker.Conditions.Values;
using Saker.Rules.Yaml;

namespace Saker.Rules.Tests;

/// <summary>Which rules an event meets.</summary>
public class Matching
{
    private const string Rest = "  desc: d\n  output: o\n  priority: INFO\n";

    private static readonly List<string> types = [.. FalcoFields.EventTypes()];

    private static readonly RuleSet set = RuleLoader.Load(
        [new RuleFile("r.yaml", $"""
            - rule: off
              condition: evt.type = open
              enabled: false
            {Rest}
            - rule: any
              condition: proc.name = a
            {Rest}
            - rule: opens
              condition: evt.type in (open, openat) and proc.name in (a, b)
            {Rest}
            - rule: unavailable
              condition: evt.type = ptrace and proc.name = a
            {Rest}
            - rule: either
              condition: (evt.type = open and proc.name = c) or evt.type = close
            {Rest}
            """)],
        FalcoSource.Options(new HashSet<string> { "open", "openat", "close" }));

    [Theory]
    [InlineData("open", "a", "any opens")]
    [InlineData("open", "b", "opens")]
    [InlineData("open", "c", "either")]
    [InlineData("close", "a", "any either")]
    [InlineData("ptrace", "a", "any")]
    [InlineData("ptrace", "b", "")]
    public void An_event_meets_the_rules_of_its_type_in_their_order(string type, string process, string expected)
    {
        var all = new RuleMatcher(set, "syscall", types, RuleMatching.All);
        Assert.Equal(["any", "opens", "either"], all.Rules.Select(static rule => rule.Name));
        var names = expected.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var matched = new List<Rule>();
        Assert.Equal(names.Length, all.Match(types.IndexOf(type), Event(type, process), matched));
        Assert.Equal(names, matched.Select(static rule => rule.Name));
        Assert.Equal(all.Rules.Select(rule => names.Contains(rule.Name) ? 1L : 0), all.Matches.ToArray());

        var first = new RuleMatcher(set, "syscall", types, RuleMatching.First);
        matched.Clear();
        Assert.Equal(Math.Min(1, names.Length), first.Match(types.IndexOf(type), Event(type, process), matched));
        Assert.Equal(names.Take(1), matched.Select(static rule => rule.Name));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_type_outside_the_index_meets_the_rules_that_name_none(int type)
    {
        var matcher = new RuleMatcher(set, "syscall", types, RuleMatching.All);
        Assert.True(matcher.Concerns(type));
        var matched = new List<Rule>();
        Assert.Equal(1, matcher.Match(type, Event("other", "a"), matched));
        Assert.Equal("any", Assert.Single(matched).Name);
    }

    [Fact]
    public void The_first_type_behind_the_index_is_outside()
    {
        var matcher = new RuleMatcher(set, "syscall", types, RuleMatching.All);
        Assert.Equal(1, matcher.Match(types.Count, Event("other", "a"), []));
        Assert.True(matcher.Concerns(types.Count));
    }

    [Fact]
    public void Only_types_that_rules_are_about_are_of_concern()
    {
        var few = RuleLoader.Load([new RuleFile("r.yaml", "- rule: one\n  condition: evt.type = open\n" + Rest)], FalcoSource.Options());
        var matcher = new RuleMatcher(few, "syscall", types, RuleMatching.All);
        Assert.Equal(["open"], types.Where((_, type) => matcher.Concerns(type)));
        Assert.False(matcher.Concerns(-1));
        Assert.False(matcher.Concerns(types.Count));
        Assert.Empty(new RuleMatcher(few, "other", types, RuleMatching.All).Rules);
    }

    private static TableContext Event(string type, string process) =>
        new TableContext().Set("evt.type", ValueKind.Bytes, type).Set("proc.name", ValueKind.Bytes, process);
}
