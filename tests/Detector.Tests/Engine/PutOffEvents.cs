using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Saker.Detector.Alerting;
using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.Holding;
using Saker.Detector.Outputs;
using Saker.Detector.State;
using Saker.Detector.Tests.State;
using Saker.Rules;
using Saker.Rules.Yaml;

namespace Saker.Detector.Tests.Engine;

/// <summary>
/// Events that several workers look at are shown as they were, whatever came after them: each is followed by one that changes what
/// its alert shows, and there are more than anybody looks at in between.
/// </summary>
public sealed class PutOffEvents
{
    private const int Rounds = 400;
    private const long Thread = 7;

    [Fact]
    public async Task A_name_is_read_after_its_descriptor_was_closed() => await ShowAsync("evt.type = openat", "%fd.name", static (events, round) =>
    {
        events.Send(EventType.OpenatV2Exit, ("fd", 5L), ("dirfd", -100L), ("name", Text("/etc/name-", round)));
        events.Send(EventType.CloseExit, ("res", 0L), ("fd", 5L));
        return Text("/etc/name-", round);
    });

    [Fact]
    public async Task A_descriptor_is_that_of_its_time() => await ShowAsync("evt.type = write", "%fd.name %fd.num", static (events, round) =>
    {
        events.Send(EventType.OpenatV2Exit, ("fd", 5L), ("dirfd", -100L), ("name", Text("/etc/name-", round)));
        events.Send(EventType.WriteExit, ("res", 1L), ("fd", 5L));
        events.Send(EventType.Dup2Exit, ("res", 5L), ("oldfd", 6L), ("newfd", 5L));
        return Text("/etc/name-", round) + " 5";
    });

    // Nobody puts the path together before the event is looked at.
    [Fact]
    public async Task An_open_that_failed_is_told_from_the_directory_of_its_time() => await ShowAsync("evt.type = openat and evt.failed = true", "%fd.name", static (events, round) =>
    {
        events.Send(EventType.OpenatV2Exit, ("fd", 5L), ("dirfd", -100L), ("name", Text("/dir-", round)));
        events.Send(EventType.OpenatV2Exit, ("fd", -2L), ("dirfd", 5L), ("name", "file"));
        events.Send(EventType.CloseExit, ("res", 0L), ("fd", 5L));
        return Text("/dir-", round) + "/file";
    });

    [Fact]
    public async Task A_path_begins_at_the_directory_of_its_time() => await ShowAsync("evt.type = unlinkat", "%fs.path.name", static (events, round) =>
    {
        events.Send(EventType.OpenatV2Exit, ("fd", 5L), ("dirfd", -100L), ("name", Text("/dir-", round)));
        events.Send(EventType.UnlinkatV2Exit, ("res", 0L), ("dirfd", 5L), ("name", "file"));
        events.Send(EventType.CloseExit, ("res", 0L), ("fd", 5L));
        return Text("/dir-", round) + "/file";
    });

    [Fact]
    public async Task Memory_is_that_of_its_time() => await ShowAsync("evt.type = unlinkat", "%proc.vmsize %proc.vmrss %proc.vmswap %thread.vmsize %thread.vmrss", static (events, round) =>
    {
        events.Send(EventType.UnlinkatV2Exit, ("res", 0L), ("dirfd", -100L), ("name", "file"));
        events.Send(EventType.MunmapExit, ("res", 0L), ("vm_size", round + 1L), ("vm_rss", round + 2L), ("vm_swap", round + 3L));
        return round == 0 ? "0 0 0 0 0" : string.Create(CultureInfo.InvariantCulture, $"{round} {round + 1} {round + 2} {round} {round + 1}");
    });

    private static string Text(string start, int round) => start + round.ToString("D4", CultureInfo.InvariantCulture);

    private static async Task ShowAsync(string condition, string fields, Func<LateEvents, int, string> round)
    {
        var stream = EventStream.OfSystemCalls(null);
        var set = RuleLoading.Load([new RuleFile("rules.yaml", $"- rule: r\n  desc: d\n  condition: {condition}\n  output: \"shows {fields}\"\n  priority: NOTICE\n")], [stream]);
        Assert.True(set.Successful, string.Join(' ', set.Diagnostics));
        using var state = new MachineState();
        using var context = stream.ContextFor("here");
        var options = new DetectorOptions();
        using var formatter = new AlertFormatter(options, stream.Catalogue, "here");
        var kept = new KeptLines();
        await using var output = new OutputQueue(kept, new QueueSettings { Capacity = Rounds }, TimeProvider.System, NullLogger.Instance);
        var matcher = stream.MatcherOf(set, RuleMatching.All);
        using var team = RuleTeam.Of(2, stream, matcher, state, options, "here", mayWait: false);
        var pipeline = new EventPipeline(state);
        var engine = new RuleEngine(pipeline, matcher, stream.Types, context, formatter, [output], new HoldCounters(), team: team);
        var events = new LateEvents(pipeline, engine);
        events.Send(EventType.ExecveV19Exit, ("res", 0L), ("tid", Thread), ("pid", Thread), ("comm", "sh"), ("exe", "sh"));
        var expected = Enumerable.Range(0, Rounds).Select(number => round(events, number)).ToList();
        engine.EndBatch();
        Assert.Equal(0, await output.StopAsync(TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.Equal(expected, kept.Lines.Select(static line => line[(line.IndexOf("shows ", StringComparison.Ordinal) + "shows ".Length)..].TrimEnd()));
    }

    /// <summary>Events whose bytes stay, as those of a batch do until it is done.</summary>
    private sealed class LateEvents(EventPipeline pipeline, RuleEngine engine)
    {
        private readonly List<byte[]> all = [];

        public unsafe void Send(EventType type, params (string Name, object Value)[] values)
        {
            var memory = GC.AllocateArray<byte>(1024, pinned: true);
            all.Add(memory);
            var length = EventBuilder.Write(memory, type, Thread, (ulong)all.Count * 1000, values);
            pipeline.Process(new RawEvent((byte*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0), length), engine);
        }
    }
}
