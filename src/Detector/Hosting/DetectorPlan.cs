using Saker.Detector.Capture;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Fields;
using Saker.Detector.Kubernetes;
using Saker.Rules;

namespace Saker.Detector.Hosting;

/// <summary>A configuration and its rules, looked at and found good: what the detector is to do. Immutable.</summary>
internal sealed record DetectorPlan
{
    /// <summary>The configuration.</summary>
    public required DetectorConfiguration Configuration { get; init; }

    /// <summary>Rule files and folders that were read.</summary>
    public required IReadOnlyList<string> RulePaths { get; init; }

    /// <summary>The rules.</summary>
    public required RuleSet Rules { get; init; }

    /// <summary>The streams of events that the rules were compiled for.</summary>
    public required IReadOnlyList<EventStream> Streams { get; init; }

    /// <summary>The one of them that is about this machine's system calls.</summary>
    public required EventStream Calls { get; init; }

    /// <summary>What the source of system calls is asked for.</summary>
    public required SourceSettings Source { get; init; }

    /// <summary>Where the Kubernetes API server is; null where it is not asked.</summary>
    public ClusterAccess? Cluster { get; init; }

    /// <summary>What the rules name of that server's knowledge.</summary>
    public KubernetesParts ClusterParts => EventStream.FieldsOf(Rules).Aggregate(KubernetesParts.None, static (parts, named) => parts | KubernetesFields.PartsOf(named.Definition.Name));

    /// <summary>Whether system calls of this machine are watched.</summary>
    public bool IsLive => Configuration.Options.Engine.IsLive;

    /// <summary>The plan; null after mistakes, which were then told.</summary>
    /// <param name="configuration">A configuration without mistakes.</param>
    /// <param name="given">Rule files of the command line; empty for those of the configuration.</param>
    /// <param name="logger">Told everything.</param>
    public static DetectorPlan? Of(DetectorConfiguration configuration, IReadOnlyList<string> given, ILogger logger)
    {
        var options = configuration.Options;
        var isLive = options.Engine.IsLive;
        var calls = EventStream.OfSystemCalls(isLive ? InterestSet.Deliverable : null, EventStream.SourcesOf(options));
        IReadOnlyList<EventStream> streams = [calls];
        var isAsked = options.KubernetesMetadata.Enabled && isLive;
        var cluster = isAsked ? ClusterOf(configuration, logger) : null;
        var faults = StartChecks.FaultsOf(configuration);
        foreach (var fault in faults)
        {
            EngineMessages.Mistake(logger, fault);
        }

        if (RuleLoading.Load(configuration, given, streams, logger) is not { } rules || (isAsked && cluster is null) || faults.Count > 0)
        {
            return null;
        }

        var asked = InterestSet.For(calls.EventsOf(rules), options.BaseSyscalls);
        var plan = new DetectorPlan
        {
            Configuration = configuration,
            Cluster = cluster,
            RulePaths = configuration.RulePaths(given),
            Rules = rules,
            Streams = streams,
            Calls = calls,
            Source = isLive ? Prefilters.Apply(SourceFor(options, asked), calls, rules, options) : SourceFor(options, asked),
        };
        if (isAsked && plan.ClusterParts == KubernetesParts.None)
        {
            KubernetesMessages.NothingToAsk(logger);
        }

        return plan;
    }

    private static ClusterAccess? ClusterOf(DetectorConfiguration configuration, ILogger logger)
    {
        var isGood = true;
        var access = ClusterAccessReader.Read(configuration.Options.KubernetesMetadata, configuration.Resolve, Environment.GetEnvironmentVariable, (key, sentence) =>
        {
            isGood = false;
            EngineMessages.Mistake(logger, $"kubernetes_metadata.{key}: {sentence}");
        });
        return isGood ? access : null;
    }

    /// <summary>What a source is asked for.</summary>
    /// <param name="options">Rings and lengths.</param>
    /// <param name="calls">System calls.</param>
    public static SourceSettings SourceFor(DetectorOptions options, IReadOnlySet<int> calls) => new()
    {
        SystemCalls = calls,
        RingBytes = 1024 * 1024 << (options.Engine.ModernEbpf.BufSizePreset - 1),
        CpusPerRing = options.Engine.ModernEbpf.CpusForEachBuffer,
        SnapLength = options.FalcoLibs.Snaplen,
        DropFailedExit = options.Engine.ModernEbpf.DropFailedExit,
    };

    /// <summary>Whether a source that was started as <paramref name="running"/> says serves this plan too: it delivers what is asked for, and perhaps more.</summary>
    public bool IsServedBy(SourceSettings running) =>
        IsLive && Source with { SystemCalls = running.SystemCalls, FailedLeftOut = running.FailedLeftOut, OpensLeftOut = running.OpensLeftOut } == running
        && running.SystemCalls.IsSupersetOf(Source.SystemCalls)
        && Source.SystemCalls.Where(running.FailedLeftOut.Contains).All(Source.FailedLeftOut.Contains)
        && running.OpensLeftOut.IsWithin(Source.OpensLeftOut);

    /// <summary>Whether another plan's outputs are these.</summary>
    public bool HasOutputsOf(DetectorPlan other) => Configuration.Options.HasOutputsOf(other.Configuration.Options);
}
