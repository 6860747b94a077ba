using System.Text;
using Saker.Conditions.Fields;
using Saker.Conditions.Tests.Support;
using Saker.Conditions.Values;
using Saker.Rules.Yaml;

namespace Saker.Rules.Tests;

/// <summary>How much a rule file may hold, and what the findings say to people.</summary>
public class Limits
{
    private const string Rest = "  desc: d\n  output: o\n  priority: INFO\n";

    [Theory]
    [InlineData(2, 2, false)]
    [InlineData(3, 2, true)]
    public void More_event_types_than_allowed_are_told(int count, int allowed, bool told)
    {
        var types = FalcoFields.EventTypes().Take(count);
        var set = Load($"- rule: one\n  condition: evt.type in ({string.Join(", ", types)})\n{Rest}", FalcoSource.Options() with { ManyEventTypes = allowed });
        Assert.Equal(told ? ["LOAD_NO_EVTTYPE"] : [], set.Diagnostics.Select(static finding => Diagnostics.DiagnosticCodes.Name(finding.Code)));
        Assert.Equal(count, Assert.Single(set.Rules).EventTypes?.Count);
    }

    [Fact]
    public void A_rule_that_no_event_can_match_is_told()
    {
        var set = Load("- rule: one\n  condition: evt.type = open and evt.type = close\n" + Rest, FalcoSource.Options(new HashSet<string> { "open" }));
        Assert.Equal("r.yaml:1:3: Rule matches too many evt.type values. This costs much: name the events that it is about. [LOAD_NO_EVTTYPE]", Assert.Single(set.Diagnostics).Headline);
        Assert.Equal("no event can match its condition", Assert.Single(set.Rules).Unavailable);
    }

    [Fact]
    public void Up_to_five_events_that_are_not_delivered_are_named()
    {
        var set = Load("- rule: one\n  condition: evt.type in (mseal, ptrace, bpf, mount, umount2, setns)\n" + Rest, FalcoSource.Options(new HashSet<string> { "open" }));
        var reason = Assert.Single(set.Rules).Unavailable!;
        Assert.StartsWith("the events that it is about are not delivered: ", reason, StringComparison.Ordinal);
        var names = reason[(reason.IndexOf(": ", StringComparison.Ordinal) + 2)..].Split(", ");
        Assert.Equal(5, names.Length);
        Assert.Subset(new HashSet<string> { "mseal", "ptrace", "bpf", "mount", "umount2", "setns" }, names.ToHashSet());
    }

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    public void A_chain_of_macros_has_at_most_200_links(int links)
    {
        // Each names the next one, and is touched again behind all of them: only so is a chain followed in one go.
        var text = new StringBuilder();
        for (var i = 1; i <= links; i++)
        {
            text.Append($"- macro: m{i}\n  condition: {(i == links ? "evt.type = open" : $"m{i + 1}")}\n");
        }

        for (var i = 1; i < links; i++)
        {
            text.Append($"- macro: m{i}\n  condition: or proc.name = a\n  override: {{condition: append}}\n");
        }

        var set = Load(text + "- rule: one\n  condition: evt.type = open and m1\n" + Rest, FalcoSource.Options());
        Assert.Equal(links <= 200, set.Successful);
        Assert.Equal(links <= 200 ? 1 : 0, set.Rules.Count);
        Assert.Equal(links <= 200 ? [] : ["The macro nests too deeply, the macros that it uses included"], set.Diagnostics.Select(static finding => finding.Message));
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void A_file_nests_at_most_32_deep(int depth, bool read)
    {
        // The sequence of items, the item, and the value in it are three of them.
        var nested = new string('[', depth - 2) + "a" + new string(']', depth - 2);
        var set = Load($"- list: l\n  items: [a]\n  other: {nested}\n", FalcoSource.Options());
        Assert.Equal(read, set.Successful);
        if (!read)
        {
            Assert.Contains("The file nests deeper than 32", set.Diagnostics[0].Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_headline_has_place_message_suggestion_and_code_and_carets_stand_below()
    {
        var set = Load("- list: l\n  itms: [a]\n  items: [a]\n- rule: one\n  condition: evt.type = open and proc.nme = a\n" + Rest, FalcoSource.Options());
        Assert.Equal(
            [
                "r.yaml:2:3: Unknown key 'itms'. The key will be ignored. Did you mean 'items'? [LOAD_UNKNOWN_KEY]",
                "r.yaml:5:34: unknown field 'proc.nme' (did you mean proc.name?) [LOAD_ERR_COMPILE_CONDITION]",
            ],
            set.Diagnostics.Select(static finding => finding.Headline));
        var lines = set.Diagnostics[1].ToString().Split('\n');
        Assert.Equal(set.Diagnostics[1].Headline, lines[0]);
        Assert.Contains("^^^^^^^^", set.Diagnostics[1].Snippet, StringComparison.Ordinal);
        Assert.Equal((4, 4), (set.Diagnostics[0].Length, set.Diagnostics[1].Length - 4));
    }

    [Fact]
    public void A_mistake_in_what_was_appended_is_marked_there()
    {
        var set = RuleLoader.Load(
            [
                new RuleFile("a.yaml", "- rule: one\n  condition: (evt.type = open\n" + Rest),
                new RuleFile("b.yaml", "- rule: one\n  condition: and fd.nme = a)\n  output: \"%nosuch.field b\"\n  override: {condition: append, output: append}\n"),
            ],
            FalcoSource.Options());
        Assert.Equal(
            [("b.yaml", 3, 12, 13), ("b.yaml", 2, 18, 6)],
            set.Diagnostics.Select(static finding => (finding.File.Name, finding.Line, finding.Column, finding.Length)));
    }

    [Fact]
    public void A_part_of_a_condition_knows_its_line_and_column_from_1()
    {
        var set = Load("- rule: one\n  condition: >\n    evt.type = open\n    or evt.type = close\n" + Rest, FalcoSource.Options());
        var second = Assert.IsType<Conditions.Ast.OrExpression>(Assert.Single(set.Rules).Condition.Expression).Children[1];
        var place = second.Range.Source.Locate(second.Range.Start);
        Assert.Equal(("r.yaml", 4, 8), (place.File, place.Line, place.Column));
    }

    [Theory]
    [InlineData("evt.type = open and no.field = a", "the field 'no.field' cannot be filled: It is not there.")]
    [InlineData("evt.type = open and not no.field = a", null)]
    [InlineData("evt.type = open", null)]
    public void A_rule_that_needs_a_field_that_cannot_be_filled_is_named_with_the_reason(string condition, string? reason)
    {
        var fields = new TableCatalogue(
            [
                new FieldDefinition { Name = "evt.type", Kind = ValueKind.Bytes, TypeName = "CHARBUF" },
                new FieldDefinition { Name = "no.field", Kind = ValueKind.Bytes, TypeName = "CHARBUF", Unavailable = "It is not there." },
            ],
            static (_, _) => null);
        var options = new RuleLoaderOptions
        {
            Sources = new Dictionary<string, RuleSource> { ["syscall"] = new RuleSource { Catalogue = fields, EventTypes = ["open", "close"] } },
        };
        Assert.Equal(reason, Assert.Single(Load($"- rule: one\n  condition: {condition}\n{Rest}", options).Rules).Unavailable);
    }

    [Fact]
    public void Files_without_items_are_named()
    {
        var set = RuleLoader.Load(
            [new RuleFile("a.yaml", ""), new RuleFile("b.yaml", "---\n~\n---\n"), new RuleFile("c.yaml", "[]"), new RuleFile("d.yaml", "- x: [")],
            FalcoSource.Options());
        Assert.Equal(["a.yaml", "b.yaml"], set.EmptyFiles);
    }

    private static RuleSet Load(string text, RuleLoaderOptions options) => RuleLoader.Load([new RuleFile("r.yaml", text)], options);
}
