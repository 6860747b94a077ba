using System.Globalization;
using Saker.Rules.Yaml;

namespace Saker.Rules.Tests;

/// <summary>A rule's condition taken apart, with the place that each part comes from.</summary>
public class Explanations
{
    private const string Rest = "  desc: d\n  output: o\n  priority: INFO\n";

    private const string Definitions = """
        - list: inner
          items: [x, y]
        - list: outer
          items: [a, inner, b c]
        - list: unrelated
          items: [x]
        - macro: reads
          condition: (evt.type = open or evt.type = openat)
        - macro: named
          condition: proc.name in (outer)
        - macro: both
          condition: reads and named

        """;

    [Theory]
    [InlineData("evt.type = open", "0 evt.type = open @ r.yaml:2\n")]
    [InlineData("not evt.type = open", "0 not evt.type = open @ r.yaml:2\n")]
    [InlineData("evt.type = open or evt.type = close", "0 evt.type = open @ r.yaml:2\n0 or evt.type = close @ r.yaml:2\n")]
    [InlineData("evt.type = open and not (proc.name = a or proc.name = b)", """
        0 evt.type = open @ r.yaml:2
        0 and not ( @ r.yaml:2
        1 proc.name = a @ r.yaml:2
        1 or proc.name = b @ r.yaml:2
        0 ) @ 

        """)]
    [InlineData("reads and fd.name = f", """
        0 ( @ d.yaml:8, macro reads (d.yaml:7)
        1 evt.type = open @ d.yaml:8
        1 or evt.type = openat @ d.yaml:8
        0 ) @ 
        0 and fd.name = f @ r.yaml:2

        """)]
    [InlineData("evt.type = open and not both", """
        0 evt.type = open @ r.yaml:2
        0 and not ( @ d.yaml:12, macro both (d.yaml:11)
        1 ( @ d.yaml:8, macro reads (d.yaml:7)
        2 evt.type = open @ d.yaml:8
        2 or evt.type = openat @ d.yaml:8
        1 ) @ 
        1 and proc.name in (a, x, y, "b c") @ d.yaml:10, macro named (d.yaml:9), list outer
        0 ) @ 
        list outer (d.yaml:3): a, inner, b c
        list inner (d.yaml:1): x, y

        """)]
    [InlineData("evt.type = open and proc.name in (inner) and fd.name in (outer, inner)", """
        0 evt.type = open @ r.yaml:2
        0 and proc.name in (x, y) @ r.yaml:2, list inner
        0 and fd.name in (a, x, y, "b c", x, y) @ r.yaml:2, list outer, list inner
        list inner (d.yaml:1): x, y
        list outer (d.yaml:3): a, inner, b c

        """)]
    public void A_condition_is_taken_apart_with_its_origins(string condition, string expected) => Assert.Equal(expected, Explain(Definitions, condition));

    [Fact]
    public void A_macro_of_a_macro_names_both()
    {
        var definitions = Definitions + "- macro: more\n  condition: named\n";
        Assert.Equal(
            """
            0 evt.type = open @ r.yaml:2
            0 and proc.name in (a, x, y, "b c") @ d.yaml:10, macro more (d.yaml:13), macro named (d.yaml:9), list outer
            list outer (d.yaml:3): a, inner, b c
            list inner (d.yaml:1): x, y

            """,
            Explain(definitions, "evt.type = open and more"));
    }

    [Fact]
    public void A_condition_that_doubles_again_and_again_is_cut()
    {
        var definitions = "- macro: m0\n  condition: (proc.name = a and proc.name = b)\n";
        for (var i = 1; i < 14; i++)
        {
            definitions += $"- macro: m{i}\n  condition: m{i - 1} and not m{i - 1}\n";
        }

        var lines = Explain(definitions, "evt.type = open and m13").Split('\n');
        Assert.InRange(lines.Length, 5_000, 5_100);
        Assert.All(lines.Skip(5_001).SkipLast(1), static line => Assert.EndsWith(" ) @ ", line, StringComparison.Ordinal));
    }

    [Fact]
    public void No_rule_has_no_explanation() =>
        Assert.Throws<ArgumentNullException>(static () => RuleLoader.Load([], FalcoSource.Options()).Explain(null!));

    private static string Explain(string definitions, string condition)
    {
        var set = RuleLoader.Load([new RuleFile("d.yaml", definitions), new RuleFile("r.yaml", $"- rule: one\n  condition: {condition}\n{Rest}")], FalcoSource.Options());
        var explanation = set.Explain(Assert.Single(set.Rules));
        return string.Concat(explanation.Condition.Select(static line => string.Create(CultureInfo.InvariantCulture, $"{line.Depth} {line.Text} @ {string.Join(", ", line.Origins)}\n")))
            + string.Concat(explanation.Lists.Select(static list => $"list {list.Name} ({list.Place}): {string.Join(", ", list.Items)}\n"));
    }
}
