using System.Text.Json;
using Saker.Detector.RuleTools.Noise;
using Saker.Testing;

namespace Saker.Detector.Tests.RuleTools;

/// <summary><c>rules what-if</c> and <c>rules diff</c> over captures.</summary>
public sealed class RuleStudies : IDisposable
{
    private readonly RuleToolRig rig = new();

    private static string Capture => RecordedData.Path("falco", "captures", "live-procs.scap");

    public void Dispose() => rig.Dispose();

    [Fact]
    public async Task The_noise_is_counted_by_rule_and_by_value()
    {
        var rules = rig.Write("rules.yaml", RuleToolRig.TwoRules);
        var (code, output, error) = await RuleToolRig.RunAsync("what-if", "--capture", Capture, "-r", rules, "--top", "2");
        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("4126 events, 405 alerts of 2 rules.\n\nFile opened: 371 (91.6 % of all), events 77 to 4114\n  proc.name = sleep  289 (77.9 %), 13 other values\n", output, StringComparison.Ordinal);
        Assert.Contains("instead of 371.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_suggested_exception_loads_and_silences_what_it_says()
    {
        var rules = rig.Write("rules.yaml", RuleToolRig.TwoRules);
        using var first = await StudyAsync("-r", rules);
        var suggestion = first.GetProperty("suggestion");
        Assert.Equal(371, suggestion.GetProperty("before").GetInt64());
        var after = suggestion.GetProperty("after").GetInt64();
        Assert.InRange(after, 0, 371 - 250);
        var exception = rig.Write("exception.yaml", suggestion.GetProperty("yaml").GetString()!);
        Assert.Equal(0, (await RuleToolRig.RunAsync("validate", rules, exception)).Code);
        using var second = await StudyAsync("-r", rules, "-r", exception);
        Assert.Equal(after, second.GetProperty("rules").EnumerateArray().First(static rule => rule.GetProperty("rule").GetString() == "File opened").GetProperty("alerts").GetInt64());
        Assert.Equal(34, second.GetProperty("rules").EnumerateArray().First(static rule => rule.GetProperty("rule").GetString() == "Program started").GetProperty("alerts").GetInt64());
        // Another one follows, under a name of its own.
        var next = second.GetProperty("suggestion");
        Assert.NotEqual(suggestion.GetProperty("yaml").GetString(), next.GetProperty("yaml").GetString());
        Assert.Equal(0, (await RuleToolRig.RunAsync("validate", rules, exception, rig.Write("next.yaml", next.GetProperty("yaml").GetString()!))).Code);
    }

    [Fact]
    public async Task Every_recorded_capture_gets_exceptions_until_it_is_nearly_silent()
    {
        foreach (var name in (string[])["live-files", "live-net", "live-admin"])
        {
            List<string> arguments = ["-r", rig.Write("rules.yaml", RuleToolRig.TwoRules)];
            var before = long.MaxValue;
            for (var round = 0; round < 5; round++)
            {
                var (code, output, error) = await RuleToolRig.RunAsync(["what-if", "--capture", RecordedData.Path("falco", "captures", name + ".scap"), "--json", .. arguments]);
                Assert.True(code == 0, error);
                using var document = JsonDocument.Parse(output);
                var alerts = document.RootElement.GetProperty("alerts").GetInt64();
                Assert.True(alerts < before, $"{name}: {alerts} alerts after {round} exceptions, {before} before the last");
                before = alerts;
                if (document.RootElement.GetProperty("suggestion") is not { ValueKind: JsonValueKind.Object } suggestion)
                {
                    break;
                }

                arguments.AddRange(["-r", rig.Write($"{name}-{round}.yaml", suggestion.GetProperty("yaml").GetString()!)]);
            }
        }
    }

    [Fact]
    public async Task Without_alerts_nothing_is_suggested_and_without_a_capture_it_ends_with_2()
    {
        var rules = rig.Write("rules.yaml", "- rule: r\n  desc: d\n  condition: evt.type = init_module\n  output: o\n  priority: INFO\n");
        Assert.Equal((0, "4126 events, 0 alerts of 0 rules.\n"), await WhatIfAsync(Capture));
        Assert.Equal(2, (await WhatIfAsync("/nowhere.scap")).Code);
        Assert.Equal(2, (await WhatIfAsync(rules)).Code);

        async Task<(int Code, string Output)> WhatIfAsync(string capture)
        {
            var (code, output, error) = await RuleToolRig.RunAsync("what-if", "--capture", capture, "-r", rules);
            Assert.Equal(code == 2, error.Contains(capture, StringComparison.Ordinal));
            return (code, output);
        }
    }

    [Fact]
    public void The_most_frequent_values_are_found_in_bounded_memory()
    {
        var values = new FrequentValues(new ValueBudget(1_000_000));
        for (var i = 0; i < 100_000; i++)
        {
            values.Add(i % 4 == 0 ? "often" : $"once {i}");
        }

        var most = values.Top(1)[0];
        Assert.Equal("often", most.Text);
        Assert.InRange(25_000, most.AtLeast, most.AtMost);
        Assert.Equal((FrequentValues.Places, true, 100_000), (values.Distinct, values.IsEstimate, values.Total));
    }

    [Fact]
    public void What_all_fields_hold_together_is_bounded_too()
    {
        var budget = new ValueBudget(3);
        FrequentValues[] fields = [new(budget), new(budget), new(budget)];
        foreach (var field in fields)
        {
            field.Add("a");
            field.Add("b");
        }

        Assert.Equal([2, 1, 0], fields.Select(static field => field.Distinct));
        Assert.Equal(2, fields[2].Total);
    }

    [Fact]
    public void An_exception_of_strange_values_is_the_YAML_of_those_values()
    {
        var rules = new Saker.Rules.Yaml.RuleFile("r", RuleToolRig.TwoRules);
        var streams = Detector.Engine.EventStream.All(null);
        var resolver = new Conditions.Fields.FieldResolver(streams[0].Catalogue);
        (Conditions.Fields.FieldReference, string) Pair(string field, string value) => (resolver.Resolve(field, null, out _, out _)!, value);
        var exception = new NoiseException("File opened", "e", [Pair("proc.name", "a \"b\" 'c': #d, [e]"), Pair("fd.name", "/tmp/\\x (y)"), (resolver.Resolve("proc.aname", "2", out _, out _)!, "- ")]);
        var set = Detector.Engine.RuleLoading.Load([rules, new Saker.Rules.Yaml.RuleFile("e", exception.Yaml)], streams);
        Assert.True(set.Successful, string.Join('\n', set.Diagnostics));
        Assert.Contains("/tmp/\\x (y)", set.Rules[0].Condition.ValuesNamed("fd.name"));
        Assert.Contains("a \"b\" 'c': #d, [e]", set.Rules[0].Condition.ValuesNamed("proc.name"));
    }

    [Fact]
    public async Task What_differs_between_rules_is_told_with_macros_in_their_places()
    {
        const string old = """
            - macro: reads
              condition: evt.type in (open, openat)
            - rule: Same
              desc: d
              condition: evt.type = close
              output: o
              priority: INFO
            - rule: By a macro
              desc: d
              condition: reads and fd.num >= 0
              output: o
              priority: INFO
            - rule: Gone
              desc: d
              condition: reads
              output: o
              priority: INFO
            """;
        var before = rig.Write("old.yaml", old);
        var after = rig.Write("new.yaml", old.Replace("(open, openat)", "(open, openat, creat)", StringComparison.Ordinal).Replace("rule: Gone", "rule: New", StringComparison.Ordinal)
            + "\n- rule: Same\n  priority: ERROR\n  enabled: false\n  override: {priority: replace, enabled: replace}\n");
        var (code, output, error) = await RuleToolRig.RunAsync("diff", before, after);
        Assert.Equal((1, ""), (code, error));
        Assert.Equal("""
            changed Same
                priority
                - Informational
                + Error
                enabled
                - true
                + false
            changed By a macro
                condition
                - evt.type in (open, openat)
                + evt.type in (open, openat, creat)
            new     New
            gone    Gone
            1 rules new, 1 gone, 2 changed.

            """, output);
        Assert.Equal((0, "The rules are the same.\n", ""), await RuleToolRig.RunAsync("diff", before, before));
        Assert.Equal(2, (await RuleToolRig.RunAsync("diff", before, rig.PathOf("none.yaml"))).Code);
    }

    [Fact]
    public async Task Alerts_that_are_new_gone_or_changed_are_counted()
    {
        var before = rig.Write("old.yaml", RuleToolRig.TwoRules);
        var after = rig.Write("new.yaml", RuleToolRig.TwoRules
            .Replace("and fd.num >= 0", "and not fd.name startswith /lib", StringComparison.Ordinal)
            .Replace("by %proc.pname", "by the program %proc.pname", StringComparison.Ordinal)
            + "\n- rule: More\n  desc: d\n  condition: evt.type = execve\n  output: '%proc.name'\n  priority: INFO\n");
        var (code, output, error) = await RuleToolRig.RunAsync("diff", before, after, "--capture", Capture, "--json", "-o", "rule_matching=all");
        Assert.Equal((1, ""), (code, error));
        using var document = JsonDocument.Parse(output);
        var alerts = document.RootElement.GetProperty("alerts").EnumerateArray().ToDictionary(static rule => rule.GetProperty("rule").GetString()!);
        Assert.Equal((0, 34), (Count("Program started", "gone"), Count("Program started", "changed")));
        Assert.True(Count("File opened", "gone") > 0);
        Assert.True(Count("More", "new") >= 34);
        Assert.Contains(" → ", alerts["Program started"].GetProperty("examples")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        var same = await RuleToolRig.RunAsync("diff", before, before, "--capture", Capture);
        Assert.Equal((0, "The rules are the same.\n\nThe alerts over the capture are the same.\n", ""), same);
        // Forwards and backwards, what is new there is gone here.
        using var back = JsonDocument.Parse((await RuleToolRig.RunAsync("diff", after, before, "--capture", Capture, "--json", "-o", "rule_matching=all")).Output);
        Assert.Equal(Count("More", "new"), back.RootElement.GetProperty("alerts").EnumerateArray().First(static rule => rule.GetProperty("rule").GetString() == "More").GetProperty("gone").GetInt64());

        long Count(string rule, string what) => alerts[rule].GetProperty(what).GetInt64();
    }

    [Fact]
    public async Task Old_captures_are_tried_as_well()
    {
        var capture = SharedData.Path("falco", "captures", "open-multiple-files.scap");
        var rules = rig.Write("rules.yaml", RuleToolRig.TwoRules);
        Assert.Equal(0, (await RuleToolRig.RunAsync("what-if", "--capture", capture, "-r", rules)).Code);
        Assert.Equal(0, (await RuleToolRig.RunAsync("diff", rules, rules, "--capture", capture)).Code);
    }

    private static async Task<StudyDocument> StudyAsync(params string[] arguments)
    {
        var (code, output, error) = await RuleToolRig.RunAsync(["what-if", "--capture", Capture, "--json", .. arguments]);
        Assert.Equal((0, ""), (code, error));
        return new StudyDocument(JsonDocument.Parse(output));
    }

    private sealed class StudyDocument(JsonDocument document) : IDisposable
    {
        public JsonElement GetProperty(string name) => document.RootElement.GetProperty(name);

        public void Dispose() => document.Dispose();
    }
}
