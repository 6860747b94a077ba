using Microsoft.Extensions.Logging.Abstractions;
using Saker.Conditions.Fields;
using Saker.Detector.Alerting;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Fields;
using Saker.Detector.Holding;
using Saker.Detector.Outputs;
using Saker.Detector.State;
using Saker.Rules;
using Saker.Rules.Yaml;

namespace Saker.Detector.Tests.Captures;

/// <summary>However many threads look at events, rules see the same and alerts come in the same order.</summary>
public sealed class SeveralWorkers
{
    // What such fields show may be changed by the next event, so that their events cannot be put off.
    private static readonly string[] changing =
        ["evt.arg", "evt.info", "fs.path.", "fdlist.", "fd.types", "proc.fdopencount", "proc.fdusage", "proc.std", "proc.vm", "thread.vm", "thread.pf"];

    [Fact]
    public async Task All_fields_of_events_that_are_put_off_are_those_that_one_thread_sees()
    {
        var fields = Shown().Where(static name => !changing.Any(other => name.StartsWith(other, StringComparison.Ordinal))).ToList();
        Assert.True(fields.Count > 100, $"{fields.Count} fields");
        var rules = Rule("all", "evt.num > 0", string.Join(' ', fields.Select(static field => "%" + field))) + Rule("files", "fd.name startswith /etc", "%fd.name %proc.aname[2] %evt.rawarg.fd");
        await AgreeAsync(Replay.LiveCaptures, rules, static put => put > 1000);
    }

    [Fact]
    public async Task All_fields_of_events_that_are_looked_at_at_once_are_the_same_too() =>
        await AgreeAsync(Replay.LiveCaptures, Rule("all", "evt.num > 0", string.Join(' ', Shown().Select(static field => "%" + field))), static put => put > 1000);

    // Few fields of few events: the others are put off before and behind them.
    [Fact]
    public async Task Events_that_are_put_off_and_such_that_are_not_keep_their_order()
    {
        var rules = Rule("memory", "evt.type in (mmap, munmap, brk)", "%proc.vmsize %proc.vmrss %proc.vmswap %thread.vmsize %thread.vmrss %thread.pfmajor %thread.pfminor %proc.name")
            + Rule("descriptors", "evt.type in (read, write, close)", "%evt.arg.fd %proc.fdopencount %fd.name")
            + Rule("opens", "evt.type in (open, openat, openat2, creat)", "%fd.name %fd.nameraw %fd.directory %fd.filename %fs.path.name %evt.arg.name %evt.arg.flags %proc.pname")
            + Rule("rest", "not evt.type in (mmap, munmap, brk, read, write, close, open, openat, openat2, creat)", "%evt.type %fd.name %fd.sip %fd.cport %proc.cmdline");
        await AgreeAsync(Replay.LiveCaptures, rules, static put => put > 1000);
    }

    [Fact]
    public async Task Events_that_show_other_descriptors_are_not_put_off()
    {
        var rules = Rule("arguments", "evt.num > 0", "%evt.args %evt.info %fs.path.name %fs.path.source %fs.path.target %fdlist.names %fd.types %proc.fdopencount %proc.stdin.name %evt.arg.fd");
        await AgreeAsync(Replay.LiveCaptures, rules, static put => put > 1000);
    }

    [Fact]
    public async Task Old_captures_agree_too() => await AgreeAsync(
        Replay.OldCaptures, Rule("all", "evt.num > 0", "%evt.type %fd.name %proc.cmdline %proc.pname %user.name %container.id"), static put => put > 100);

    private static IEnumerable<string> Shown() => new FieldCatalogue().Definitions
        .Where(static field => field.Unavailable is null && (field.Traits & FieldTraits.NoOutput) == 0 && !field.Name.StartsWith("evt.raw", StringComparison.Ordinal) && field.Argument == FieldArgumentKind.None)
        .Select(static field => field.Name);

    private static string Rule(string name, string condition, string output) =>
        $"- rule: {name}\n  desc: d\n  condition: {condition}\n  output: \"{name} %evt.num {output}\"\n  priority: NOTICE\n";

    private static async Task AgreeAsync(IEnumerable<string> captures, string rules, Predicate<int> isEnough)
    {
        var all = 0;
        foreach (var capture in captures)
        {
            using var replay = new Replay(capture);
            var expected = await AlertsAsync(replay, rules, 1);
            all += expected.Count;
            foreach (var workers in (int[])[2, 5])
            {
                Assert.Equal(expected, await AlertsAsync(replay, rules, workers));
            }
        }

        Assert.True(isEnough(all), $"{all} alerts");
    }

    private static async Task<IReadOnlyList<string>> AlertsAsync(Replay replay, string rules, int workers)
    {
        var stream = EventStream.OfSystemCalls(null);
        var set = RuleLoading.Load([new RuleFile("rules.yaml", rules)], [stream]);
        Assert.True(set.Successful, string.Join(' ', set.Diagnostics));
        using var state = new MachineState();
        using var source = replay.Open(state);
        using var context = stream.ContextFor("here");
        using var formatter = new AlertFormatter(new DetectorOptions(), stream.Catalogue, "here");
        var kept = new KeptLines();
        await using var output = new OutputQueue(kept, new QueueSettings { Capacity = 1_000_000 }, TimeProvider.System, NullLogger.Instance);
        var matcher = stream.MatcherOf(set, RuleMatching.All);
        using var team = RuleTeam.Of(workers, stream, matcher, state, new DetectorOptions(), "here", mayWait: false);
        var pipeline = new EventPipeline(state);
        var engine = new RuleEngine(pipeline, matcher, stream.Types, context, formatter, [output], new HoldCounters(), team: team);
        replay.Run(pipeline, engine);
        engine.Settle();
        Assert.Equal(engine.Alerts, matcher.Matches.Sum());
        Assert.Equal(0, await output.StopAsync(TimeSpan.FromMinutes(1), CancellationToken.None));
        return kept.Lines;
    }
}
