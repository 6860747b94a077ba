using System.Text;
using System.Text.Json;
using Saker.Conditions.Tests.Support;
using Saker.Conditions.Values;
using Saker.Rules.Diagnostics;
using Saker.Rules.Yaml;
using Saker.Testing;

namespace Saker.Rules.Tests;

public class LoadedRules
{
    private const string Good = "\n  desc: d\n  output: o %proc.name\n  priority: WARNING\n";

    private static readonly RuleLoaderOptions Options = FalcoSource.Options();

    public static TheoryData<string> Cases() =>
        [.. Directory.GetFiles(RecordedData.Path("falco", "expected", "validate"), "*.yaml").Select(static path => Path.GetFileNameWithoutExtension(path)).Order()];

    [Theory]
    [InlineData("falco_rules.yaml")]
    [InlineData("falco-incubating_rules.yaml")]
    [InlineData("falco-sandbox_rules.yaml")]
    public void Upstream_rules_load_unmodified(string file)
    {
        var set = RuleLoader.Load([Read(SharedData.Path("falco", "rules", file))], Options);
        Assert.True(set.Successful, string.Join('\n', set.Diagnostics));
        Assert.True(set.Rules.Count > 20, $"{set.Rules.Count} rules");
        Assert.All(set.Rules, static rule => Assert.NotNull(rule.EventTypes));
    }

    [Fact]
    public void The_seed_loads_on_top_of_the_macros_that_it_expects()
    {
        var own = Directory.GetFiles(Path.Combine(SharedData.ProjectRoot, "config", "rules"), "*.yaml").Order().Select(Read);
        var set = RuleLoader.Load([.. own, Read(RecordedData.Path("seed", "rules.yaml"))], Options);
        Assert.True(set.Successful, string.Join('\n', set.Diagnostics.Where(static finding => finding.Severity == DiagnosticSeverity.Error)));
        Assert.Contains(set.Rules, static rule => rule.Name == "Reverse shell from container");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_file_is_judged_as_Falco_judges_it(string name)
    {
        var folder = RecordedData.Path("falco", "expected", "validate");
        var expected = File.ReadAllText(Path.Combine(folder, name + ".json"));
        var set = RuleLoader.Load([new RuleFile($"in/{name}.yaml", File.ReadAllText(Path.Combine(folder, name + ".yaml")))], Options);
        Assert.Equal(File.ReadAllText(Path.Combine(folder, name + ".rc")).Trim() == "0", set.Successful);
        if (expected.Trim().Length == 0)
        {
            return;
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            LoadResultJson.Write(writer, [$"in/{name}.yaml"], set);
        }

        Assert.Equal(Summary(expected), Summary(Encoding.UTF8.GetString(buffer.ToArray())));
    }

    [Fact]
    public void All_mistakes_of_a_file_are_told_with_their_places()
    {
        var set = Load($"""
            - rule: one
              condition: evt.type=openat and proc.nme=a and fd.num=b{Good}
            - rule: two
              condition: >
                evt.type=openat
                and nothing_of_this_name{Good}
            """);
        Assert.Collection(
            set.Diagnostics.Select(static finding => finding.Headline),
            static line => Assert.StartsWith("r.yaml:2:34: unknown field 'proc.nme' (did you mean proc.name?)", line, StringComparison.Ordinal),
            static line => Assert.StartsWith("r.yaml:2:56: b is not a valid number", line, StringComparison.Ordinal),
            static line => Assert.StartsWith("r.yaml:10:9: Undefined macro 'nothing_of_this_name'", line, StringComparison.Ordinal));
    }

    [Fact]
    public void A_mistake_in_a_macro_is_placed_in_the_macro_of_its_file()
    {
        var set = RuleLoader.Load(
            [new RuleFile("m.yaml", "- macro: m\n  condition: (proc.nme = a)\n"), new RuleFile("r.yaml", "- rule: one\n  condition: evt.type=openat and m" + Good)],
            Options);
        Assert.StartsWith("m.yaml:2:15: unknown field 'proc.nme'", Assert.Single(set.Diagnostics).Headline, StringComparison.Ordinal);
    }

    [Fact]
    public void Appending_adds_text_and_so_binds_tighter_than_or()
    {
        var set = Load($"""
            - rule: one
              condition: evt.type=openat or evt.type=open{Good}
            - rule: one
              condition: and not evt.type=open
              append: true
            """);
        Assert.Equal("evt.type = openat or evt.type = open and not evt.type = open", Assert.Single(set.Rules).Condition.ToString());
    }

    [Fact]
    public void Exceptions_wrap_the_condition()
    {
        var set = Load("""
            - rule: one
              desc: d
              output: o
              priority: INFO
              condition: evt.type=open or evt.type=openat
              exceptions:
                - name: single
                  fields: proc.name
                  values: [a, b c]
                - name: pairs
                  fields: [proc.name, fd.name]
                  comps: [=, startswith]
                  values:
                    - [x, /etc]
                    - [y, /usr]
            """);
        Assert.Equal(
            "(evt.type = open or evt.type = openat) and not proc.name in (a, \"b c\") and not (proc.name = x and fd.name startswith /etc or proc.name = y and fd.name startswith /usr)",
            Assert.Single(set.Rules).Condition.ToString());
    }

    [Fact]
    public void An_empty_list_takes_its_comma_with_it()
    {
        var set = Load($"""
            - list: none
              items: []
            - rule: one
              condition: evt.type=open and proc.name in (a, none) and fd.name in (none){Good}
            """);
        Assert.Equal("evt.type = open and proc.name in (a) and fd.name in ()", Assert.Single(set.Rules).Condition.ToString());
    }

    [Fact]
    public void A_rule_about_what_is_not_delivered_is_named_with_the_reason()
    {
        var set = RuleLoader.Load(
            [new RuleFile("r.yaml", "- rule: one\n  condition: evt.type=ptrace" + Good)],
            FalcoSource.Options(new HashSet<string> { "openat" }));
        Assert.Contains("ptrace", Assert.Single(set.Rules).Unavailable, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_says_which_of_the_events_that_it_names_are_not_delivered()
    {
        var set = RuleLoader.Load(
            [new RuleFile("r.yaml", $"""
                - macro: changes
                  condition: (evt.type in (fchmodat, fchmodat2) or evt.type = mseal)
                - rule: some
                  condition: changes and proc.name=a{Good}
                - rule: all_but_one
                  condition: not evt.type = mseal and proc.name=a{Good}
                - rule: none
                  condition: evt.type = mseal{Good}
                """)],
            FalcoSource.Options(new HashSet<string> { "open", "fchmodat" }));
        Assert.Equal(["fchmodat2", "mseal"], set.Rules[0].Undelivered.Order());
        Assert.Null(set.Rules[0].Unavailable);
        Assert.Empty(set.Rules[1].Undelivered);
        Assert.Contains("mseal", set.Rules[2].Unavailable, StringComparison.Ordinal);
        Assert.Empty(set.Rules[2].Undelivered);
    }

    [Fact]
    public void What_stands_in_a_macro_is_told_once_to_people_and_for_each_rule_to_tools()
    {
        var set = Load($"""
            - macro: m
              condition: evt.type = open and evt.dir = <
            - rule: one
              condition: m and proc.name = a{Good}
            - rule: two
              condition: m and proc.name = b{Good}
            """);
        Assert.Equal(2, set.Diagnostics.Count);
        Assert.Equal((2, 34), (set.Diagnostics[0].Line, set.Diagnostics[0].Column));
        Assert.Single(set.DistinctDiagnostics);
        set = Load($"""
            - macro: m
              condition: evt.type = open and proc.nme = a
            - rule: one
              condition: m{Good}
            - rule: two
              condition: m{Good}
            """);
        Assert.Single(set.DistinctDiagnostics);
    }

    [Fact]
    public void The_matcher_takes_the_first_rule_of_the_event_type_and_allocates_nothing_for_others()
    {
        var set = Load($"""
            - rule: one
              condition: evt.type=openat and proc.name=cat{Good}
            - rule: two
              condition: evt.type in (open, openat) and proc.name in (cat, nc){Good}
            """);
        var types = FalcoFields.EventTypes().ToList();
        var matcher = new RuleMatcher(set, "syscall", types, RuleMatching.First);
        var context = new TableContext().Set("evt.type", ValueKind.Bytes, "openat").Set("proc.name", ValueKind.Bytes, "cat");
        var matched = new List<Rule>();
        Assert.Equal(1, matcher.Match(types.IndexOf("openat"), context, matched));
        Assert.Equal("one", Assert.Single(matched).Name);
        Assert.False(matcher.Concerns(types.IndexOf("ptrace")));
        context.Set("proc.name", ValueKind.Bytes, "ls");
        var type = types.IndexOf("openat");
        for (var i = 0; i < 100; i++)
        {
            matcher.Match(type, context, matched);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            matcher.Match(type, context, matched);
        }
        // The test's own context formats a field's name when it has an argument; these have none.
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Mangled_rule_files_give_findings_and_no_crash()
    {
        var text = File.ReadAllText(RecordedData.Path("seed", "rules.yaml"));
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var mangled = new StringBuilder(text);
            for (var change = 0; change < 1 + (round % 8); change++)
            {
                var at = random.Next(mangled.Length);
                if (random.Next(2) == 0)
                {
                    mangled.Remove(at, Math.Min(random.Next(1, 30), mangled.Length - at));
                }
                else
                {
                    mangled.Insert(at, "[]{}()\"':,=&*-\n"[random.Next(15)]);
                }
            }

            var set = Load(mangled.ToString());
            Assert.All(set.Diagnostics, static finding => Assert.NotEmpty(finding.ToString()));
        }
    }

    private static RuleSet Load(string text) => RuleLoader.Load([new RuleFile("r.yaml", text)], Options);

    private static RuleFile Read(string path) => new(Path.GetFileName(path), File.ReadAllText(path));

    // Codes and places; the words are our own, and what we tell beyond Falco's first error does not count.
    private static string Summary(string json)
    {
        using var document = JsonDocument.Parse(json);
        var result = document.RootElement.GetProperty("falco_load_results")[0];
        var text = new StringBuilder();
        foreach (var kind in new[] { "errors", "warnings" })
        {
            foreach (var finding in result.GetProperty(kind).EnumerateArray().Take(kind == "errors" ? 1 : int.MaxValue))
            {
                text.Append(finding.GetProperty("code").GetString());
                foreach (var location in finding.GetProperty("context").GetProperty("locations").EnumerateArray())
                {
                    var at = location.GetProperty("position");
                    text.Append($" | {location.GetProperty("item_type")} '{location.GetProperty("item_name")}' {at.GetProperty("name")} {at.GetProperty("line")}:{at.GetProperty("column")}@{at.GetProperty("offset")}");
                }

                text.Append('\n').Append(finding.GetProperty("context").GetProperty("snippet").GetString());
            }
        }

        return text.ToString();
    }
}
