using Saker.Detector.Containers;
using Saker.Detector.Events;

namespace Saker.Detector.State;

/// <summary>How far the question about a container is.</summary>
internal enum ContainerKnowledge : byte
{
    /// <summary>It was not asked for yet.</summary>
    Unasked,

    /// <summary>The runtimes are being asked.</summary>
    Asked,

    /// <summary>A record is there.</summary>
    Known,

    /// <summary>No runtime knows it.</summary>
    Unanswered,

    /// <summary>There is no runtime to ask.</summary>
    NobodyToAsk,
}

/// <summary>
/// A container that threads run in, as the state knows it. Threads hold it; what is learnt of it is there for all of them at once.
/// Only the state's writer changes it, between two events.
/// </summary>
internal sealed class ContainerEntry
{
    private readonly bool isCandidate;

    /// <param name="id">The id that rules see.</param>
    /// <param name="fullId">The whole id.</param>
    /// <param name="kind">What its cgroup says.</param>
    public ContainerEntry(ReadOnlySpan<byte> id, ReadOnlySpan<byte> fullId, CgroupKind kind)
    {
        OwnId = PinnedBytes.Of(id);
        OwnFullId = PinnedBytes.Of(fullId);
        Kind = kind;
        isCandidate = kind == CgroupKind.Candidate;
    }

    /// <summary>What a thread outside any container has.</summary>
    public static ContainerEntry OfHost() => new("host"u8, "host"u8, CgroupKind.None)
    {
        Facts = ContainerFacts.Host,
        Knowledge = ContainerKnowledge.Known,
    };

    /// <summary>What its cgroup says.</summary>
    public CgroupKind Kind { get; }

    /// <summary>The id, whoever confirms it.</summary>
    public byte[] OwnId { get; }

    /// <summary>The whole id, whoever confirms it.</summary>
    public byte[] OwnFullId { get; }

    /// <summary>The id that rules see: of what nobody has confirmed, that of the host.</summary>
    public byte[] Id => IsHost ? ContainerFacts.Host.Id : OwnId;

    /// <summary>The whole id; of what nobody has confirmed, that of the host.</summary>
    public byte[] FullId => IsHost ? ContainerFacts.Host.FullId : OwnFullId;

    /// <summary>What a runtime said; null while none has.</summary>
    public ContainerFacts? Facts { get; private set; }

    /// <summary>Its users and groups; null while they are not known.</summary>
    public UserTable? Users { get; set; }

    /// <summary>Whether its users are being read.</summary>
    public bool AreUsersAsked { get; set; }

    /// <summary>The process that ran exec in it last, by which its users can be read; 0 before the first.</summary>
    public long LastPid { get; set; }

    /// <summary>The process by which its users were read last: most live as long as the container; 0 before that.</summary>
    public long UsersPid { get; set; }

    /// <summary>How often exec was run in it: the runtime's own process runs it first, and under the same id then the container's program.</summary>
    public long Execs { get; set; }

    /// <summary>When its users are read.</summary>
    public UserReads UserReads => field ??= new UserReads();

    /// <summary>How far the question is.</summary>
    public ContainerKnowledge Knowledge { get; set; }

    /// <summary>Threads that hold it.</summary>
    public int Threads { get; set; }

    /// <summary>The uid of its pod; empty for none.</summary>
    public byte[] PodUid { get; set; } = [];

    /// <summary>The pod that it belongs to; null for none, and where the API server is not asked.</summary>
    public PodEntry? Pod { get; set; }

    /// <summary>Whether its threads count as running outside any container.</summary>
    public bool IsHost => Kind == CgroupKind.None || (isCandidate && Facts is null);

    /// <summary>Whether an answer may still come, about the container, its users or its pod.</summary>
    public bool IsPending => IsOwnPending || Pod is { IsPending: true };

    /// <summary>Whether an answer may still come about the container or its users; then its pod may not be known either.</summary>
    public bool IsOwnPending => Knowledge == ContainerKnowledge.Asked || AreUsersAsked;

    /// <summary>When it was left by its last thread, as a place in the order of those; 0 while it has one.</summary>
    internal long LeftAt { get; set; }

    /// <summary>Takes what a runtime said.</summary>
    public void Learn(ContainerFacts facts)
    {
        Facts = facts;
        Knowledge = ContainerKnowledge.Known;
    }
}
