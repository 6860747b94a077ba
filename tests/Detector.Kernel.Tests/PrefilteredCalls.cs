using Saker.Detector.Capture;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Engine;
using Saker.Rules.Yaml;

namespace Saker.Detector.Kernel.Tests;

/// <summary>Failed calls that no rule can match do not leave the kernel; those that one can match do.</summary>
public sealed class PrefilteredCalls(ITestOutputHelper output)
{
    private const long Restarted = -512; // ERESTARTSYS

    [Fact]
    public void Failed_opens_do_not_come_when_only_success_can_match()
    {
        var settings = Settings("evt.type = open and fd.num >= 0", "evt.type = close and evt.rawres < 0");
        var act = Live.Run("files", settings);
        Assert.NotEmpty(act.Own("open"));
        Assert.DoesNotContain(act.Own("open"), static seen => seen["fd"] < 0);
        Assert.Contains(act.Own("close"), static seen => seen["res"] < 0);
    }

    [Fact]
    public void Failed_opens_come_when_a_rule_wants_them()
    {
        var act = Live.Run("files", Settings("evt.type = open and evt.rawres = -2", "evt.type = close and evt.rawres >= 0"));
        Assert.Contains(act.Own("open"), static seen => seen["fd"] == -2);
        Assert.Contains(act.Own("open"), static seen => seen["fd"] >= 0);
        Assert.NotEmpty(act.Own("close"));
        Assert.DoesNotContain(act.Own("close"), static seen => seen["res"] < 0);
    }

    [Fact]
    public void What_is_left_out_is_counted_and_is_no_loss()
    {
        Live.Require();
        using var source = new ModernEbpfSource();
        source.Start(Settings("evt.type = open and fd.num >= 0"));
        var before = source.Statistics;
        var folder = Directory.CreateTempSubdirectory("saker-act").FullName;
        Programs.Run(Programs.Acts, "files", folder);
        Directory.Delete(folder, true);
        Live.Drain(source);
        Assert.True(source.Statistics.Filtered >= before.Filtered + 2, $"{before.Filtered} were left out before, and {source.Statistics.Filtered} after");
        Assert.Equal(before.Dropped, source.Statistics.Dropped);
    }

    [Fact]
    public void Calls_of_32_bit_programs_are_told_apart_behind_the_one_call_for_sockets()
    {
        int socket = Code("socket"), bind = Code("bind");
        var all = Live.Run("compat");
        Assert.SkipUnless(all.Own("socket").Exists(static seen => seen["fd"] >= 0), "This kernel runs no 32-bit calls.");
        Assert.Contains(all.Own("bind"), static seen => seen["res"] < 0);
        Assert.Contains(all.Own("socket"), static seen => seen["fd"] < 0);
        var socketsLeftOut = Live.Run("compat", Live.Settings with { FailedLeftOut = new HashSet<int> { socket } });
        Assert.Contains(socketsLeftOut.Own("bind"), static seen => seen["res"] < 0);
        Assert.DoesNotContain(socketsLeftOut.Own("socket"), static seen => seen["fd"] < 0);
        Assert.NotEmpty(socketsLeftOut.Own("socket"));
        var bindsLeftOut = Live.Run("compat", Live.Settings with { FailedLeftOut = new HashSet<int> { bind } });
        Assert.DoesNotContain(bindsLeftOut.Own("bind"), static seen => seen["res"] < 0);
        Assert.Contains(bindsLeftOut.Own("socket"), static seen => seen["fd"] < 0);
    }

    [Fact]
    public void Opens_come_by_the_region_of_their_path_and_their_way_of_access()
    {
        var regions = new OpensLeftOut([new OpenRegion("/", OpenClasses.None, OpenClasses.All), new OpenRegion("/etc/", OpenClasses.Read, OpenClasses.All)]);
        var open = Code("open");
        var act = Live.RunOpens("opens", Live.Settings with { OpensLeftOut = regions, FailedLeftOut = new HashSet<int> { open } });
        Assert.Equal(
            [
                "start /etc/passwd", "end /etc/passwd",
                "start /usr/bin/../bin/env", "end /usr/bin/../bin/env",
                "start //usr/bin/env", "end //usr/bin/env",
                "start /usr/./bin/env", "end /usr/./bin/env",
                "start usr/bin/env", // it fails, which nobody wants
                "start /usr/bin", "end /usr/bin", // after a start whose end did not come
                "end /dev/null", // no regular file
                "start /etc/no/such",
                "start /usr/bin/env", "end /usr/bin/env",
                "start /usr/li//x",
                "start /usr/li./x",
                "start /usr/li..x",
                "start /no",
                "start /usr/bin/id", "end /usr/bin/id",
            ],
            StepsOf(act, act["pid"], "open"));
        Assert.DoesNotContain("end /usr/bin/env", StepsOf(act, act["pid"], "openat"));
        Assert.Equal(["start /etc/passwd", "end /etc/passwd"], StepsOf(act, act["pid"], "openat2"));

        var withFailures = Live.RunOpens("opens", Live.Settings with { OpensLeftOut = regions });
        Assert.Equal(
            [
                "start /etc/passwd", "end /etc/passwd",
                "start /usr/bin/../bin/env", "end /usr/bin/../bin/env",
                "start //usr/bin/env", "end //usr/bin/env",
                "start /usr/./bin/env", "end /usr/./bin/env",
                "start usr/bin/env", "end usr/bin/env",
                "end /usr/bin", // a directory
                "end /dev/null",
                "end /no/such",
                "start /etc/no/such", "end /etc/no/such",
                "start /usr/li//x", "end /usr/li//x",
                "start /usr/li./x", "end /usr/li./x",
                "start /usr/li..x", "end /usr/li..x",
                "end /no",
            ],
            StepsOf(withFailures, withFailures["pid"], "open"));
    }

    [Fact]
    public void Failed_opens_come_by_the_region_of_their_path()
    {
        var act = Live.RunOpens("opens", Live.Settings with { OpensLeftOut = new([new OpenRegion("/", OpenClasses.None, OpenClasses.None), new OpenRegion("/etc/", OpenClasses.None, OpenClasses.Read)]) });
        Assert.Equal(
            [
                "start /usr/bin/../bin/env", "end /usr/bin/../bin/env",
                "start //usr/bin/env", "end //usr/bin/env",
                "start /usr/./bin/env", "end /usr/./bin/env",
                "start usr/bin/env", "end usr/bin/env",
                "end /usr/bin", // a directory
                "end /dev/null",
                "end /etc/no/such",
                "start /usr/li//x", "end /usr/li//x",
                "start /usr/li./x", "end /usr/li./x",
                "start /usr/li..x", "end /usr/li..x",
            ],
            StepsOf(act, act["pid"], "open"));

        var succeeding = Live.RunOpens("opens", Live.Settings with { OpensLeftOut = new([new OpenRegion("/", OpenClasses.All, OpenClasses.None), new OpenRegion("/etc/", OpenClasses.All, OpenClasses.Read)]) });
        var steps = StepsOf(succeeding, succeeding["pid"], "open");
        Assert.Contains("end /usr/bin/env", steps);
        Assert.Contains("start /no/such", steps);
        Assert.DoesNotContain("end /no/such", steps);
        Assert.Contains("end /etc/no/such", steps);
        Assert.Contains("end usr/bin/env", steps);
    }

    [Fact]
    public void A_path_that_is_written_over_during_the_call_hides_nothing()
    {
        var regions = new OpensLeftOut([new OpenRegion("/", OpenClasses.None, OpenClasses.All), new OpenRegion("/tmp/saker-told", OpenClasses.All, OpenClasses.All)]);
        Act act;
        do
        {
            act = Live.RunOpens("races", Live.Settings with { OpensLeftOut = regions });
        }
        while (act.All.Any(seen => seen.Type == "open" && Racing(act).Contains(seen.Tid) && seen["fd"] == Restarted)); // a signal came in between

        output.WriteLine(string.Join('\n', act.All.Where(seen => Racing(act).Contains(seen.Tid)).Select(static seen => $"{seen.Tid} {seen.Line()}")));
        Assert.Equal(["start /tmp/saker-told", "end /usr/bin/env"], StepsOf(act, act["told"], "open"));
        Assert.Equal(["end /tmp/saker-told"], StepsOf(act, act["swapped"], "open"));
        Assert.Empty(StepsOf(act, act["hidden"], "open"));
    }

    private static long[] Racing(Act act) => [act["told"], act["swapped"], act["hidden"]];

    private static List<string> StepsOf(Act act, long thread, string call) =>
    [
        .. act.All.Where(seen => seen.Tid == thread && (seen.Type == call || seen.Type == call + " enter"))
            .Select(seen => $"{(seen.Type == call ? "end" : "start")} {seen.Text("name")}")
    ];

    private static SourceSettings Settings(params string[] conditions)
    {
        var stream = EventStream.OfSystemCalls(InterestSet.Deliverable);
        var rules = string.Concat(conditions.Select(static (condition, number) => $"- rule: r{number}\n  desc: d\n  condition: {condition}\n  output: o\n  priority: NOTICE\n"));
        var set = RuleLoading.Load([new RuleFile("rules.yaml", rules)], [stream]);
        Assert.True(set.Successful, string.Join(' ', set.Diagnostics));
        var asked = InterestSet.For(stream.EventsOf(set));
        return Live.Settings with { SystemCalls = asked, FailedLeftOut = new Prefilters(stream, set).FailedCalls(asked) };
    }

    private static int Code(string name) => SystemCalls.All.Single(call => call.Name == name).Code;
}
