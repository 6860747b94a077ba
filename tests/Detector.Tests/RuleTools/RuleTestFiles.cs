using System.Text.Json;
using System.Xml.Linq;
using Saker.Testing;

namespace Saker.Detector.Tests.RuleTools;

public sealed class RuleTestFiles : IDisposable
{
    private readonly RuleToolRig rig = new();

    public void Dispose() => rig.Dispose();

    [Fact]
    public async Task What_comes_otherwise_is_told_and_ends_with_1()
    {
        var (code, output, error) = await rig.TestAsync("""
            cases:
              - name: right
                proc: cat
                events: [{event: openat, params: {name: /tmp/a, flags: O_RDONLY}}]
                expect: File opened
              - name: another file, twice
                proc: cat
                events: [{event: openat, params: {name: /tmp/a, flags: O_RDONLY}}]
                expect: [{rule: File opened, count: 2, fields: {fd.name: /tmp/a}}]
              - name: other words
                proc: cat
                events: [{event: openat, params: {name: /tmp/a, flags: O_RDONLY}}]
                expect: [{rule: File opened, priority: Error, output: nothing}, {rule: Program started}]
              - name: not expected
                proc: cat
                events: [{event: openat, params: {name: /tmp/a, flags: O_RDONLY}}]
                expect: none
              - name: unwanted
                proc: cat
                events: [{event: openat, params: {name: /tmp/a, flags: O_RDONLY}}]
                expect: [{rule: File opened, count: 0}]
            """);
        Assert.Equal((1, ""), (code, error));
        Assert.Contains("ok      ", output, StringComparison.Ordinal);
        Assert.Contains("cases.yaml:7: another file, twice: expected 'File opened' ×2; came 'File opened'\n        'File opened' was to come 2 times, and came once.", output, StringComparison.Ordinal);
        Assert.Contains("'File opened' came otherwise: its priority is Informational, not Error.", output, StringComparison.Ordinal);
        Assert.Contains("'Program started' was expected, and did not come.", output, StringComparison.Ordinal);
        Assert.Contains("'File opened' was not expected: opened /tmp/a by cat", output, StringComparison.Ordinal);
        Assert.Contains("'File opened' was to come not at all, and came once.", output, StringComparison.Ordinal);
        Assert.Contains("Program started           0            1           0  never matched", output, StringComparison.Ordinal);
        Assert.Contains("1 of 2 rules that are on matched in a case.\n\n5 cases: 1 ok, 4 failed, 0 refused.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_mistakes_are_named_at_once_with_place_key_value_and_cure()
    {
        var (code, output, error) = await rig.TestAsync("""
            cases:
              - name: first
                evnts: []
                expect: File opend
              - name: second
                events:
                  - event: opnat
                    proc: {nme: cat}
                  - event: openat
                    proc: {name: cat, pid: no}
                    params: {nam: /x, flags: O_RDNLY, fd: ENOTHING}
                  - {event: kill, user: bob, params: {sig: SIGNONE}}
                  - {event: connect, proc: a, params: {addr: here, tuple: "1.2.3.4:1->[::1]:2"}}
                  - {event: read, proc: a, fd: {connection: x, file: y}, time: yesterday}
                container: {name: c, id: xyz, type: rkt}
                expect: [{rule: File opened, count: many, priority: urgent, fields: {proc.nam: x}}]
              - name: third
                capture: nowhere.scap
                filter: evt.tpe = open
                expect: none
              - name: third
                alert: nothing.json
                events: [{event: openat}]
            """);
        Assert.Equal((2, ""), (code, output));
        string[] expected =
        [
            "cases.yaml:3:5: cases[0]: Nothing happens in this case; give it events, a capture, or a recorded alert.",
            "cases.yaml:4:5: cases[0].evnts: There is no such key; did you mean 'events'?",
            "cases.yaml:8:16: cases[1].events[0].event: 'opnat' is no event of a system call; did you mean 'openat'? 'saker-detector events' lists them.",
            "cases[1].events[0].proc: A process needs a 'name' or a 'cmdline'.",
            "cases[1].events[0].proc.nme: There is no such key; did you mean 'name'?",
            "cases[1].events[1].proc.pid: 'no' is no whole number from 1 to 2147483647.",
            "cases[1].events[1].params.nam: 'openat' has no such parameter, but fd, dirfd, name, flags, mode, dev, ino; did you mean 'name'?",
            "; did you mean 'O_RDONLY'?",
            "cases[1].events[1].params.fd: 'ENOTHING' is neither a number nor the name of an error (ENOENT).",
            "cases[1].events[2].user: This belongs to a process, and the event names none; write 'proc' as well.",
            "cases[1].events[2].params.sig: 'SIGNONE' is neither a number nor the name of a signal (SIGKILL).",
            "cases[1].events[3].params.addr: 'here' is no address; write 192.0.2.7:443",
            "cases[1].events[3].params.tuple: '1.2.3.4:1->[::1]:2' are not both ends of a connection",
            "cases[1].events[4].fd: A descriptor is one of file, directory, connection, unix, and these are 2; keep one of them.",
            "cases[1].events[4].time: 'yesterday' is no time",
            "cases[1].container.id: 'xyz' is no container's id",
            "cases[1].container.type: 'rkt' is not one of docker, containerd, cri-o, podman.",
            "cases[1].expect[0].count: 'many' is no whole number",
            "cases[1].expect[0].priority: 'urgent' is not one of",
            "cases[1].expect[0].fields.proc.nam: unknown field 'proc.nam'; did you mean 'proc.name'?",
            "cases[2].capture: 'nowhere.scap' is not there; the path is relative to this file.",
            "cases[3]: A case has one of events, capture, alert, and here are events and alert; make cases of their own of them.",
            "cases[3].expect: The alerts that are to come belong here",
        ];
        Assert.All(expected, sentence => Assert.Contains(sentence, error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""
        cases:
          - {name: a, events: [{event: openat, proc: cat}], expect: File opend}
        """, "cases[0].expect: There is no rule 'File opend'; did you mean 'File opened'?", null)]
    [InlineData("""
        cases:
          - {name: a, events: [{event: openat, proc: cat}], expect: Off}
        """, "cases[0].expect.rule: The rule 'Off' is switched off by its file", "- rule: Off\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n  enabled: false\n")]
    [InlineData("cases: []\n", "cases: There are no cases", null)]
    [InlineData("cases: [\n", "This is not valid YAML", null)]
    [InlineData("matching: some\ncases: [{name: a, events: [{event: openat, proc: cat}], expect: none}]", "matching: 'some' is neither first nor all.", null)]
    [InlineData("cases: [{name: a, events: [{event: openat}], expect: none}]", "The first event of a case needs the process that it happens in", null)]
    [InlineData("cases: [{name: a, events: [{event: openat, proc: cat}], expect: none}]", "rules.yaml:2:14: unknown field 'proc.nme'", "- rule: r\n  condition: proc.nme = a\n  desc: d\n  output: o\n  priority: INFO\n")]
    public async Task A_mistake_ends_with_2_before_anything_is_run(string cases, string sentence, string? rules)
    {
        var (code, output, error) = await rig.TestAsync(cases, rules ?? RuleToolRig.TwoRules);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(sentence.Replace("expect.rule", "expect", StringComparison.Ordinal), error.Replace("expect.rule", "expect", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_are_not_there_and_folders_without_files_are_mistakes()
    {
        var empty = Directory.CreateDirectory(rig.PathOf("empty")).FullName;
        var (code, output, error) = await RuleToolRig.RunAsync("test", rig.PathOf("none.yaml"), empty, "-r", RuleToolRig.OwnRules);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains($"{rig.PathOf("none.yaml")}: The file cannot be read", error, StringComparison.Ordinal);
        Assert.Contains($"{empty}: There are no files of cases (.yaml) in this folder.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_capture_is_tried_whole_or_by_a_filter()
    {
        var capture = RecordedData.Path("falco", "captures", "live-procs.scap");
        var (code, output, error) = await rig.TestAsync($$$"""
            cases:
              - name: everything
                capture: {{{capture}}}
                expect: [{rule: File opened, count: 371}, {rule: Program started, count: 34}]
              - name: some
                capture: {{{capture}}}
                filter: proc.name = sleep and evt.type = execve
                expect: [{rule: Program started, count: 17, fields: {proc.exepath: /usr/bin/sleep}}]
              - name: one rule of several
                capture: {{{capture}}}
                allow_others: true
                expect: Program started
            """);
        Assert.True(code == 0, output + error);
    }

    [Fact]
    public async Task A_damaged_capture_refuses_its_case_alone()
    {
        rig.Write("broken.scap", "this is none");
        var (code, output, _) = await rig.TestAsync("""
            cases:
              - {name: broken, capture: broken.scap, expect: none}
              - {name: whole, events: [{event: openat, proc: cat, params: {name: /a, flags: O_RDONLY}}], expect: File opened}
            """);
        Assert.Equal(2, code);
        Assert.Contains("2 cases: 1 ok, 0 failed, 1 refused.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recorded_alert_is_held_against_its_rule()
    {
        rig.Write("alert.json", """{"rule":"Program started","output_fields":{"evt.time":1767225600000000000,"proc.exepath":"/usr/bin/id","proc.cmdline":"id -u","proc.pname":"bash"}}""");
        const string ofFile = "alert: alert.json\n    fields: {evt.type: execve, evt.res: SUCCESS}";
        var (code, output, error) = await rig.TestAsync($$$"""
            cases:
              - name: it matches
                {{{ofFile}}}
                expect: [{rule: Program started, priority: notice, output: "started /usr/bin/id (id -u) by bash", fields: {proc.pname: bash}}]
              - name: it does not match a call that failed
                alert: '{"rule":"Program started","output_fields":{"evt.type":"execve","evt.res":"ENOENT"}}'
                expect: none
              - name: a number and an address
                alert: {"rule": "Port", "output_fields": {"fd.sport": 443, "fd.sip": "192.0.2.7", "evt.type": "connect", "evt.is_async": false, "proc.aname[2]": null}}
                expect: Port
            """, RuleToolRig.TwoRules + """

            - rule: Port
              desc: d
              condition: evt.type = connect and fd.sport = 443 and fd.sip = "192.0.2.7" and evt.is_async = false and not proc.aname[2] exists
              output: to %fd.sip
              priority: INFO
            """);
        Assert.True(code == 0, output + error);
    }

    [Fact]
    public async Task A_recorded_alert_that_leaves_fields_open_is_refused_with_their_names()
    {
        var (code, _, error) = await rig.TestAsync("""
            cases:
              - name: too little
                alert: {rule: File opened, output_fields: {fd.name: /etc/passwd, fd.num: x, environment: prod}}
                expect: File opened
              - name: nothing
                alert: {rule: File opened}
                expect: none
            """);
        Assert.Equal(2, code);
        Assert.Contains("Whether 'File opened' matches cannot be decided, for its condition reads evt.type, fd.num, of which the alert says nothing; write their values below 'fields'", error, StringComparison.Ordinal);
        Assert.Contains("cases[0].alert.output_fields.fd.num: This is no value of fd.num, which is INT64.", error, StringComparison.Ordinal);
        Assert.Contains("cases[1].alert: The alert has no 'output_fields'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_result_is_written_as_JSON_and_for_CI()
    {
        var junit = rig.PathOf("junit.xml");
        rig.Write("rules.yaml", RuleToolRig.TwoRules);
        var cases = rig.Write("cases.yaml", """
            cases:
              - {name: "good <&>", events: [{event: openat, proc: cat, params: {name: /a, flags: O_RDONLY}}], expect: File opened}
              - {name: bad, events: [{event: openat, proc: cat, params: {name: /a, flags: O_RDONLY}}], expect: none}
            """);
        var (code, output, error) = await RuleToolRig.RunAsync("test", cases, "--json", "--junit", junit, "-r", rig.PathOf("rules.yaml"));
        Assert.Equal((1, ""), (code, error));
        using var result = JsonDocument.Parse(output);
        Assert.Equal((1, 1, 0), (result.RootElement.GetProperty("passed").GetInt32(), result.RootElement.GetProperty("failed").GetInt32(), result.RootElement.GetProperty("refused").GetInt32()));
        Assert.Equal("failed", result.RootElement.GetProperty("cases")[1].GetProperty("result").GetString());
        Assert.Equal(2, result.RootElement.GetProperty("coverage")[0].GetProperty("matched_in").GetInt32());
        var suite = XDocument.Load(junit).Root!.Element("testsuite")!;
        Assert.Equal(("2", "1", "0"), (suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value, suite.Attribute("errors")!.Value));
        Assert.Equal(["good <&>", "bad"], suite.Elements("testcase").Select(static test => test.Attribute("name")!.Value));
        Assert.Contains("was not expected", suite.Elements("testcase").Last().Element("failure")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_first_match_counts_when_that_is_asked_for()
    {
        const string twice = """
            - rule: A
              desc: d
              condition: evt.type = open
              output: a
              priority: INFO
            - rule: B
              desc: d
              condition: evt.type = open
              output: b
              priority: INFO
            """;
        const string events = "events: [{event: open, proc: cat, params: {name: /a}}]";
        Assert.Equal(0, (await rig.TestAsync($"cases: [{{name: a, {events}, expect: [A, B]}}]", twice)).Code);
        Assert.Equal(0, (await rig.TestAsync($"matching: first\ncases: [{{name: a, {events}, expect: [A]}}]", twice)).Code);
    }

    [Fact]
    public async Task Damaged_files_are_refused_and_nothing_else_happens()
    {
        var whole = await File.ReadAllTextAsync(Path.Combine(RuleToolRig.OwnRules, "tests", "40-network.yaml"), TestContext.Current.CancellationToken);
        var random = new Random(Fuzz.Seed);
        for (var round = 0; round < Fuzz.Rounds(150); round++)
        {
            var damaged = whole.ToCharArray();
            for (var change = random.Next(1, 12); change > 0; change--)
            {
                damaged[random.Next(damaged.Length)] = random.Next(3) == 0 ? (char)random.Next(1, 0x3000) : whole[random.Next(whole.Length)];
            }

            var file = rig.Write("damaged.yaml", new string(damaged));
            var (code, output, error) = await RuleToolRig.RunAsync("test", file, "-r", RuleToolRig.OwnRules);
            Assert.True(code switch { 2 => error.Length > 0 || output.Contains("REFUSED", StringComparison.Ordinal), 0 or 1 => error.Length == 0, _ => false }, $"round {round} of seed {Fuzz.Seed}: {code} {error}");
        }
    }
}
