using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.State;

namespace Saker.Detector.Hosting;

/// <summary>A stream's source as it was opened, and what is known of the machine that it tells of. It outlives a plan.</summary>
/// <param name="Name">The stream's name.</param>
/// <param name="Source">Where its events come from.</param>
/// <param name="State">What its events have told.</param>
/// <param name="Pipeline">The way of its events.</param>
/// <param name="Recovery">Reads the machine again after a loss; null for a capture.</param>
internal sealed record OpenStream(string Name, IEventSource Source, MachineState State, EventPipeline Pipeline, StateRecovery? Recovery)
{
    /// <summary>Asks runtimes about containers; null for a capture. A plan may bring another.</summary>
    public ContainerWatch? Containers { get; set; }

    /// <summary>Asks the API server about pods; null where that is off. A plan may bring another.</summary>
    public PodWatch? Pods { get; set; }

    /// <summary>The source's counters as they were told last.</summary>
    public SourceStatistics Told { get; set; }
}
