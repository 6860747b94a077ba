using Saker.Detector.Following;
using Saker.Detector.Inquiry;
using Saker.Detector.Outputs;

namespace Saker.Detector.Telemetry;

/// <summary>The parts of a running detector that tell how they do.</summary>
internal sealed record DetectorParts
{
    /// <summary>The engine's counters.</summary>
    public required EngineMonitor Monitor { get; init; }

    /// <summary>The outputs.</summary>
    public required IReadOnlyList<OutputQueue> Outputs { get; init; }

    /// <summary>What became of reading configuration and rules again.</summary>
    public required ReloadRecord Reloads { get; init; }

    /// <summary>The container runtimes that are asked, at present; none for a capture.</summary>
    public required Func<IReadOnlyList<RuntimeState>> Runtimes { get; init; }

    /// <summary>Rule files that are followed, at present.</summary>
    public required Func<IReadOnlyList<FollowedState>> Followed { get; init; }

    /// <summary>Rules that are on.</summary>
    public required int RulesOn { get; init; }

    /// <summary>Rules that are off.</summary>
    public required int RulesOff { get; init; }
}
