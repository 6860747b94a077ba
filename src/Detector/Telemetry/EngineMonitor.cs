using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.Inquiry;
using Saker.Detector.Kubernetes;
using Saker.Detector.MatchCaptures;
using Saker.Detector.State;
using Saker.Rules;

namespace Saker.Detector.Telemetry;

/// <summary>
/// Hands the engine's counters to others without disturbing the event thread. The counters are plain fields of that thread;
/// who wants them asks, and the thread copies them between two batches. Nobody takes a lock, and while nobody asks nothing is
/// copied.
/// </summary>
/// <param name="stream">The name of the stream.</param>
/// <param name="source">Its source.</param>
/// <param name="state">The state of the machine.</param>
/// <param name="pipeline">The way of its events.</param>
/// <param name="engine">What makes alerts of them.</param>
/// <param name="matcher">The rules.</param>
/// <param name="inquiry">What was asked of runtimes; null for a capture.</param>
/// <param name="cluster">What was asked of the API server; null where it is not asked.</param>
/// <param name="captures">Captures around matches; null for none.</param>
/// <param name="clock">The time.</param>
internal sealed class EngineMonitor(
    string stream,
    IEventSource source,
    MachineState state,
    EventPipeline pipeline,
    RuleEngine engine,
    RuleMatcher matcher,
    InquiryCounters? inquiry,
    ClusterCounters? cluster,
    CaptureCounters? captures,
    TimeProvider clock)
{
    // Longer than the event thread waits for events; beyond it, the thread is held up, and older figures serve.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private TaskCompletionSource<EngineSnapshot>? question;
    private EngineSnapshot last = new();
    private bool over;
    private long sampledAt = clock.GetTimestamp();
    private long sampledEvents = pipeline.Processed;
    private TimeSpan sampledCpu = Environment.CpuUsage.TotalTime;
    private double eventsPerSecond;
    private double cpuRatio;

    /// <summary>The name of the stream that the counters are about.</summary>
    public string StreamName => stream;

    /// <summary>The source's kind under the name that Falco's metrics give it, which its configuration does not.</summary>
    public string EngineName => source.Name switch
    {
        "modern_ebpf" => "modern_bpf",
        "replay" => "savefile",
        var other => other,
    };

    /// <summary>The rules that are evaluated; <see cref="EngineSnapshot.Matches"/> has their order.</summary>
    public IReadOnlyList<Rule> Rules => matcher.Rules;

    /// <summary>The counters as they are now. Called from any thread but the event thread.</summary>
    public async Task<EngineSnapshot> ReadAsync(CancellationToken cancellationToken)
    {
        var own = new TaskCompletionSource<EngineSnapshot>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = Interlocked.CompareExchange(ref question, own, null) ?? own;
        if (Volatile.Read(ref over))
        {
            return Volatile.Read(ref last);
        }

        try
        {
            return await asked.Task.WaitAsync(Patience, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            return Volatile.Read(ref last);
        }
    }

    /// <summary>Answers a question, if there is one. On the event thread, between two batches; one read when nobody asked.</summary>
    public void AfterBatch()
    {
        if (Volatile.Read(ref question) is not null)
        {
            Answer();
        }
    }

    /// <summary>Takes the rates. On the event thread, about once a second.</summary>
    public void Sample()
    {
        var now = clock.GetTimestamp();
        var seconds = clock.GetElapsedTime(sampledAt, now).TotalSeconds;
        if (seconds <= 0)
        {
            return;
        }

        var cpu = Environment.CpuUsage.TotalTime;
        eventsPerSecond = (pipeline.Processed - sampledEvents) / seconds;
        cpuRatio = (cpu - sampledCpu).TotalSeconds / seconds;
        (sampledAt, sampledEvents, sampledCpu) = (now, pipeline.Processed, cpu);
    }

    /// <summary>The last figures: no event comes any more. On the event thread.</summary>
    public void Finish()
    {
        Sample();
        Volatile.Write(ref last, Take());
        Volatile.Write(ref over, true);
        Interlocked.Exchange(ref question, null)?.TrySetResult(last);
    }

    private void Answer()
    {
        var snapshot = Take();
        Volatile.Write(ref last, snapshot);
        Interlocked.Exchange(ref question, null)?.TrySetResult(snapshot);
    }

    private EngineSnapshot Take()
    {
        var statistics = source.Statistics;
        return new EngineSnapshot
        {
            Source = statistics,
            Events = pipeline.Processed,
            Malformed = pipeline.Malformed + statistics.Malformed,
            Alerts = engine.Alerts,
            EventsPerSecond = eventsPerSecond,
            CpuRatio = cpuRatio,
            Matches = matcher.Matches,
            Threads = state.Threads.Count,
            Descriptors = CountDescriptors(),
            ThreadsLeftOut = state.Threads.LeftOut,
            ThreadsNotFound = state.Placeholders,
            StateBytes = state.Pool.ReservedBytes,
            Containers = TakeContainers(),
            Kubernetes = TakeKubernetes(),
            AddressNames = state.AddressNames is { } names ? new AddressNameSnapshot(names.Known, names.Asked, names.LeftOut, names.Absent) : null,
            Captures = captures is null ? null : TakeCaptures(captures),
        };
    }

    private KubernetesSnapshot? TakeKubernetes() => cluster is null ? null : new KubernetesSnapshot
    {
        IsFollowing = cluster.IsFollowing,
        Pods = cluster.Pods,
        Requests = [.. Enum.GetValues<ClusterOutcome>().Select(cluster.Requests)],
        AlertsWithout = [.. engine.HoldCounters.WithoutPod],
    };

    private ContainerSnapshot TakeContainers() => new()
    {
        Met = state.Containers.Count,
        Known = state.Containers.Known,
        WithoutImage = state.Containers.All.Count(static entry => entry.Facts?.Record is { Image: "", IsPodSandbox: false }),
        LeftOut = state.Containers.LeftOut,
        Asked = inquiry?.Asked ?? 0,
        NotFound = inquiry?.NotFound ?? 0,
        Holding = engine.HeldCount,
        Held = engine.HoldCounters.Held,
        Crowded = engine.HoldCounters.Crowded,
        AlertsWithout = [.. engine.HoldCounters.Without],
        AlertsWithoutUsers = engine.HoldCounters.WithoutUsers,
        AlertsBeforeUsers = engine.HoldCounters.BeforeUsers,
    };

    private static CaptureSnapshot TakeCaptures(CaptureCounters captures) => new()
    {
        Written = captures.Written,
        Failed = captures.Failed,
        Refused = captures.Refused,
        Discarded = captures.Discarded,
        Removed = captures.Removed,
        Events = captures.Events,
        EventsDropped = captures.EventsDropped,
    };

    private long CountDescriptors()
    {
        long count = 0;
        foreach (var thread in state.Threads.All)
        {
            if (thread.IsLeader || !ReferenceEquals(thread.Fds, thread.Leader.Fds))
            {
                count += thread.Fds.Count;
            }
        }

        return count;
    }
}
