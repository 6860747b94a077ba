using Saker.Detector.Containers;
using Saker.Detector.Kubernetes;
using Saker.Detector.State;

namespace Saker.Detector.Holding;

/// <summary>What of alerts waited for runtimes, and what came without their answer. Plain numbers of the event thread.</summary>
internal sealed class HoldCounters
{
    private readonly long[] without = new long[Enum.GetValues<ContainerKnowledge>().Length];

    private readonly long[] withoutPod = new long[Enum.GetValues<PodKnowledge>().Length];

    /// <summary>Events that were held.</summary>
    public long Held { get; set; }

    /// <summary>Events that were decided before their time, as too many were held.</summary>
    public long Crowded { get; set; }

    /// <summary>Alerts of containers without a record, by how far the question was.</summary>
    public IReadOnlyList<long> Without => without;

    /// <summary>Alerts of containers whose lists of users could not be read.</summary>
    public long WithoutUsers { get; private set; }

    /// <summary>Alerts of containers whose lists of users were still being read.</summary>
    public long BeforeUsers { get; private set; }

    /// <summary>Alerts of pods that the API server has not told all of, by how far the question was.</summary>
    public IReadOnlyList<long> WithoutPod => withoutPod;

    /// <summary>Alerts of a container went out.</summary>
    /// <param name="container">The container; null when it is unknown.</param>
    /// <param name="count">How many.</param>
    public void Alerted(ContainerEntry? container, int count = 1)
    {
        if (container is { Facts: null, Kind: CgroupKind.Runtime })
        {
            without[(int)container.Knowledge] += count;
        }

        if (container is { IsHost: false, Users: null })
        {
            WithoutUsers += container.AreUsersAsked ? 0 : count;
            BeforeUsers += container.AreUsersAsked ? count : 0;
        }

        if (container?.Pod is { Knowledge: not PodKnowledge.Known } pod)
        {
            withoutPod[(int)pod.Knowledge] += count;
        }
    }
}
