using Microsoft.Extensions.Time.Testing;
using Saker.Detector.Alerting;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Events;
using Saker.Detector.Fields;
using Saker.Detector.Holding;
using Saker.Detector.MatchCaptures;
using Saker.Detector.Scap;
using Saker.Detector.State;
using Saker.Detector.Tests.Captures;
using Saker.Detector.Tests.Holding;
using Saker.Detector.Tests.Outputs;
using Saker.Rules;
using Saker.Rules.Yaml;

namespace Saker.Detector.Tests.MatchCaptures;

/// <summary>What captures around matches do while a machine is watched.</summary>
public sealed class LiveCaptures : IDisposable
{
    private const string Named = """
        - rule: names
          desc: d
          condition: evt.type = execve and proc.name startswith run and container.name = web
          output: "%proc.name %container.name"
          priority: NOTICE
          capture: true
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("saker-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_happened_while_the_runtime_was_asked_is_in_the_capture()
    {
        await using var rig = new HoldingRig(1, Named, captures: Path.Combine(folder, "m"));
        rig.Exec(10, "run");
        rig.Events.Open(10, 3, "/etc/passwd");
        rig.Answer();
        rig.Events.Open(10, 4, "/etc/group");
        rig.Captures!.Dispose();
        Assert.Equal(["run web"], await rig.WrittenAsync());
        var file = Assert.Single(Directory.GetFiles(folder));
        Assert.Equal(3, CaptureRun.Read(file).Times.Count);
        Assert.Equal((1L, 0L, 3L), (rig.Captures.Counters.Written, rig.Captures.Counters.Discarded, rig.Captures.Counters.Events));
    }

    [Fact]
    public async Task What_was_no_match_when_the_runtime_had_answered_leaves_no_file()
    {
        await using var rig = new HoldingRig(1, Named, captures: Path.Combine(folder, "m"));
        rig.Exec(10, "run");
        rig.Containers.Learn(HoldingRig.Record() with { Name = "other" });
        rig.Wait(TimeSpan.Zero);
        rig.Captures!.Dispose();
        Assert.Empty(await rig.WrittenAsync());
        Assert.Empty(Directory.GetFiles(folder));
        Assert.Equal((0L, 1L), (rig.Captures.Counters.Written, rig.Captures.Counters.Discarded));
    }

    [Fact]
    public async Task A_machine_that_falls_silent_ends_it_too_and_a_file_bears_its_name_when_it_is_complete()
    {
        await using var rig = new HoldingRig(1, Named.Replace(" and container.name = web", "", StringComparison.Ordinal), holds: false, captures: Path.Combine(folder, "m"));
        rig.Exec(10, "run");
        Assert.True(rig.Captures!.IsGoing);
        Assert.DoesNotContain(Directory.GetFiles(folder), static file => file.EndsWith(".scap", StringComparison.Ordinal));
        rig.Captures.AfterBatch();
        Assert.False(rig.Captures.IsGoing);
        await When.IsAsync(() => Directory.GetFiles(folder) is [var file] && file.EndsWith(".scap", StringComparison.Ordinal), () => string.Join(' ', Directory.GetFiles(folder)));
        rig.Captures.Dispose();
    }

    [Fact]
    public void Nothing_is_allocated_while_none_is_going()
    {
        using var replay = new Replay("live-mix");
        using var state = new MachineState();
        using var source = replay.Open(state);
        using var context = new EventContext();
        var pipeline = new EventPipeline(state);
        var stream = EventStream.OfSystemCalls(null);
        var rules = RuleLoading.Load([new RuleFile("rules.yaml", "- rule: none\n  desc: d\n  condition: evt.type = execve and proc.name = nobody-has-this-name\n  output: x\n  priority: INFO\n  capture: true\n")], [stream]);
        using var formatter = new AlertFormatter(new DetectorOptions(), stream.Catalogue, "here");
        using var captures = new MatchCapturer(new CaptureOptions(), Path.Combine(folder, "m"), state, CapturedMachine.Unknown, isLive: true, TimeSpan.Zero, TimeProvider.System, new KeptLog());
        var engine = new RuleEngine(pipeline, stream.MatcherOf(rules, RuleMatching.First), stream.Types, context, formatter, [], new HoldCounters(), hold: null, captures);
        var consumer = new CapturingConsumer(engine, captures);
        for (var i = 0; i < 3; i++)
        {
            replay.Run(pipeline, consumer);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        replay.Run(pipeline, consumer);
        captures.AfterBatch();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void Copying_an_event_allocates_nothing()
    {
        using var state = new MachineState();
        var clock = new FakeTimeProvider();
        using var captures = new MatchCapturer(new CaptureOptions(), Path.Combine(folder, "m"), state, CapturedMachine.Unknown, isLive: true, TimeSpan.Zero, clock, new KeptLog());
        using var replay = new Replay("live-files");
        captures.Matched(Rule(), 1, 1);
        var copying = new Copying(captures);
        replay.Run(new EventPipeline(state), copying);
        Assert.True(captures.IsGoing);
        var before = GC.GetAllocatedBytesForCurrentThread();
        copying.Again();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void What_is_known_of_the_machine_and_does_not_fit_into_memory_is_refused_and_told()
    {
        using var state = new MachineState();
        var clock = new FakeTimeProvider();
        var log = new KeptLog();
        using var captures = new MatchCapturer(new CaptureOptions { BufferMb = 0 }, Path.Combine(folder, "m"), state, CapturedMachine.Unknown, isLive: true, TimeSpan.Zero, clock, log);
        captures.Matched(Rule(), 1, 1);
        captures.Matched(Rule(), 2, 2); // too soon
        Assert.False(captures.IsGoing);
        clock.Advance(MatchCapturer.Pause);
        captures.Matched(Rule(), 3, 3);
        captures.Dispose();
        Assert.Equal((3L, 0L, 0L, 0L), (captures.Counters.Refused, captures.Counters.Written, captures.Counters.Failed, captures.Counters.Discarded));
        Assert.Single(log.Lines, static line => line.StartsWith("No capture for rule 'r' and event 1: ", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public async Task A_file_ends_when_it_is_as_large_as_it_may_be()
    {
        using var state = new MachineState();
        var log = new KeptLog();
        using var captures = new MatchCapturer(new CaptureOptions { MaxFileSizeMb = 1 }, Path.Combine(folder, "m"), state, CapturedMachine.Unknown, isLive: true, TimeSpan.Zero, TimeProvider.System, log);
        using var replay = new Replay("live-mix");
        captures.Matched(Rule(), 1, 1);
        var copying = new Copying(captures);
        var pipeline = new EventPipeline(state);
        await When.IsAsync(() =>
        {
            if (captures.IsGoing)
            {
                replay.Run(pipeline, copying);
            }

            return !captures.IsGoing;
        });
        captures.Dispose();
        var file = Assert.Single(Directory.GetFiles(folder));
        Assert.InRange(new FileInfo(file).Length, 1 << 20, 3 << 20);
        Assert.Contains(log.Lines, static line => line.EndsWith("it ended as its file is as large as it may be.", StringComparison.Ordinal));
        Assert.NotEmpty(CaptureRun.Read(file).Times);
    }

    private static Rule Rule()
    {
        var stream = EventStream.OfSystemCalls(null);
        var rules = RuleLoading.Load([new RuleFile("rules.yaml", "- rule: r\n  desc: d\n  condition: evt.type = execve\n  output: x\n  priority: INFO\n  capture: true\n  capture_duration: 18446744073709551615\n")], [stream]);
        return rules.Rules.Single();
    }

    private sealed class Copying(MatchCapturer captures) : IEventConsumer
    {
        private readonly byte[] kept = GC.AllocateArray<byte>(64 * 1024, pinned: true);
        private readonly EventFrame none = new();
        private int length;

        public void Handle(in EventView view, EventFrame frame, in Saker.Detector.Capture.RawEvent raw)
        {
            if (captures.IsGoing)
            {
                captures.Add(view, frame, raw);
            }

            raw.Bytes.CopyTo(kept);
            length = raw.Bytes.Length;
        }

        public unsafe void Again()
        {
            fixed (byte* address = kept)
            {
                Assert.True(EventView.TryParse(kept.AsSpan(0, length), out var view));
                captures.Add(view, none, new Saker.Detector.Capture.RawEvent(address, length));
            }
        }
    }
}
