using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Saker.Detector.Alerting;
using Saker.Detector.Configuration;
using Saker.Detector.Containers;
using Saker.Detector.Engine;
using Saker.Detector.Fields;
using Saker.Detector.Holding;
using Saker.Detector.MatchCaptures;
using Saker.Detector.Outputs;
using Saker.Detector.Scap;
using Saker.Detector.State;
using Saker.Detector.Tests.State;
using Saker.Rules;
using Saker.Rules.Yaml;

namespace Saker.Detector.Tests.Holding;

/// <summary>Rules over events in containers whose records come when the test says so.</summary>
internal sealed class HoldingRig : IAsyncDisposable
{
    public const string Full = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    public const string Short = "0123456789ab";
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(150);

    private readonly MachineState state = new();
    private readonly EventContext context;
    private readonly AlertFormatter formatter;
    private readonly KeptLines kept = new();
    private readonly OutputQueue output;
    private readonly RuleTeam? team;
    private readonly RuleEngine engine;

    public HoldingRig(int workers, string rules, RuleMatching matching = RuleMatching.First, bool holds = true, string? captures = null, FieldSources sources = FieldSources.None)
    {
        var stream = EventStream.OfSystemCalls(null, sources);
        var set = RuleLoading.Load([new RuleFile("rules.yaml", rules)], [stream]);
        Assert.True(set.Successful, string.Join(' ', set.Diagnostics));
        Pipeline = new EventPipeline(state);
        context = stream.ContextFor("here");
        formatter = new AlertFormatter(new DetectorOptions(), stream.Catalogue, "here");
        Matcher = stream.MatcherOf(set, matching, holds);
        var counters = new HoldCounters();
        Captures = captures is null
            ? null
            : new MatchCapturer(new CaptureOptions { DefaultDuration = 1000 }, captures, state, CapturedMachine.Unknown, isLive: true, Longest, Clock, NullLogger.Instance);
        Hold = holds ? new AlertHold(Longest, Matcher, formatter, state, counters, Clock) { Captures = Captures } : null;
        output = new OutputQueue(kept, new QueueSettings { Capacity = 100_000 }, Clock, NullLogger.Instance);
        team = RuleTeam.Of(captures is null ? workers : 1, stream, Matcher, state, new DetectorOptions(), "here", holds);
        engine = new RuleEngine(Pipeline, Matcher, stream.Types, context, formatter, [output], counters, Hold, Captures, team);
        Events = new EventBuilder(Pipeline, Captures is null ? engine : new CapturingConsumer(engine, Captures));
        state.Containers.Ask = static entry => entry.Knowledge = ContainerKnowledge.Asked;
    }

    public EventPipeline Pipeline { get; }

    public RuleMatcher Matcher { get; }

    public FakeTimeProvider Clock { get; } = new();

    public AlertHold? Hold { get; }

    public MatchCapturer? Captures { get; }

    public EventBuilder Events { get; }

    public ContainerTable Containers => state.Containers;

    public static ContainerRecord Record(string full = Full) =>
        new() { Id = full[..12], FullId = full, Type = ContainerType.Docker, Name = "web", Image = "nginx:1.27", ImageRepository = "nginx", ImageTag = "1.27" };

    /// <summary>A process starts a program in a container.</summary>
    public void Exec(long tid, string comm, string full = Full) => Events.Exec(tid, comm, ("cgroups", Encoding.UTF8.GetBytes($"cpu=/docker/{full}\0")));

    /// <summary>The runtime answers.</summary>
    public void Answer(string full = Full)
    {
        Containers.Learn(Record(full));
        engine.Release();
    }

    /// <summary>Time goes by.</summary>
    public void Wait(TimeSpan time)
    {
        Clock.Advance(time);
        engine.Release();
    }

    /// <summary>The messages of all alerts that were written, without their time. Ends the rig's output.</summary>
    public async Task<IReadOnlyList<string>> WrittenAsync(bool all = false)
    {
        if (all)
        {
            engine.Release(all: true);
        }

        Assert.Equal(0, await output.StopAsync(TimeSpan.FromSeconds(5), CancellationToken.None));
        return [.. kept.Lines.Select(static line => line[(line.IndexOf(": Notice ", StringComparison.Ordinal) + 9)..])];
    }

    public async ValueTask DisposeAsync()
    {
        await output.DisposeAsync();
        team?.Dispose();
        Hold?.Dispose();
        formatter.Dispose();
        context.Dispose();
        state.Dispose();
    }
}
