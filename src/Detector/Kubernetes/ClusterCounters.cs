namespace Saker.Detector.Kubernetes;

/// <summary>What was asked of the API server. For any thread.</summary>
internal sealed class ClusterCounters
{
    private readonly long[] requests = new long[Enum.GetValues<ClusterOutcome>().Length];
    private int isFollowing;
    private int pods;

    /// <summary>Whether the pods of this node are followed now.</summary>
    public bool IsFollowing
    {
        get => Volatile.Read(ref isFollowing) != 0;
        set => Volatile.Write(ref isFollowing, value ? 1 : 0);
    }

    /// <summary>Pods of this node that the server has told of.</summary>
    public int Pods
    {
        get => Volatile.Read(ref pods);
        set => Volatile.Write(ref pods, value);
    }

    /// <summary>Requests of an outcome.</summary>
    public long Requests(ClusterOutcome outcome) => Interlocked.Read(ref requests[(int)outcome]);

    /// <summary>A request has ended, or the watch that it began has.</summary>
    public void Count(ClusterOutcome outcome) => Interlocked.Increment(ref requests[(int)outcome]);
}
