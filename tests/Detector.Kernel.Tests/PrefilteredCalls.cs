using Saker.Detector.Capture;
using Saker.Detector.Drivers.ModernEbpf;
using Saker.Detector.Engine;
using Saker.Rules.Yaml;

namespace Saker.Detector.Kernel.Tests;

/// <summary>Failed calls that no rule can match do not leave the kernel; those that one can match do.</summary>
public sealed class PrefilteredCalls
{
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

    private static SourceSettings Settings(params string[] conditions)
    {
        var stream = EventStream.OfSystemCalls(InterestSet.Deliverable);
        var rules = string.Concat(conditions.Select(static (condition, number) => $"- rule: r{number}\n  desc: d\n  condition: {condition}\n  output: o\n  priority: NOTICE\n"));
        var set = RuleLoading.Load([new RuleFile("rules.yaml", rules)], [stream]);
        Assert.True(set.Successful, string.Join(' ', set.Diagnostics));
        var asked = InterestSet.For(stream.EventsOf(set));
        return Live.Settings with { SystemCalls = asked, FailedLeftOut = Prefilters.FailedCalls(stream, set, asked) };
    }

    private static int Code(string name) => SystemCalls.All.Single(call => call.Name == name).Code;
}
