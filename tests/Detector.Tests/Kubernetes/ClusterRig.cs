using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Saker.Detector.Inquiry;
using Saker.Detector.Kubernetes;
using Saker.Detector.State;

namespace Saker.Detector.Tests.Kubernetes;

/// <summary>A server, an inquiry that asks it, and the pods that containers are met in.</summary>
internal sealed class ClusterRig : IAsyncDisposable
{
    public const string Uid = "01234567-89ab-cdef-0123-456789abcdef";
    public const KubernetesParts Everything = KubernetesParts.Pods | KubernetesParts.Namespaces | KubernetesParts.ReplicaSets | KubernetesParts.Deployments
        | KubernetesParts.ReplicationControllers | KubernetesParts.Services;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    // A machine that stands still for a while must not make the server's answers late.
    private static readonly TimeSpan LongestStep = TimeSpan.FromMilliseconds(10);

    private ClusterRig(FakeCluster cluster, KubernetesParts parts)
    {
        Cluster = cluster;
        Inquiry = new PodInquiry(cluster.Access, parts, Clock, Log);
        Pods.Ask = Inquiry.Ask;
    }

    public FakeCluster Cluster { get; }

    public FakeTimeProvider Clock { get; } = new();

    public KeptLog Log { get; } = new(LogLevel.Information);

    /// <summary>Who takes over what comes back.</summary>
    public PodTable Pods { get; set; } = new();

    public PodInquiry Inquiry { get; }

    /// <summary>A rig whose server is as <paramref name="prepare"/> makes it.</summary>
    public static async Task<ClusterRig> StartAsync(Action<FakeCluster> prepare, KubernetesParts parts = Everything)
    {
        var cluster = await FakeCluster.StartAsync();
        prepare(cluster);
        var rig = new ClusterRig(cluster, parts);
        var start = rig.Inquiry.StartAsync(TimeSpan.FromSeconds(3));
        await rig.UntilAsync(() => start.IsCompleted, "the start is over");
        await start;
        return rig;
    }

    /// <summary>The event thread meets a pod.</summary>
    public PodEntry Meet(string uid = Uid) => Pods.Of(Encoding.ASCII.GetBytes(uid))!;

    /// <summary>The event thread meets a pod, and waits until all of it is known.</summary>
    public async Task<PodFacts> KnownAsync(string uid = Uid)
    {
        var pod = Meet(uid);
        await UntilAsync(() => pod.Knowledge == PodKnowledge.Known, "the pod is known");
        return pod.Facts!;
    }

    /// <summary>Lets as much time go by as does, or less, and takes over what comes, until something is so.</summary>
    public async Task UntilAsync(Func<bool> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        for (var before = TimeSpan.Zero; !condition();)
        {
            Assert.True(
                watch.Elapsed < Patience,
                $"It did not happen within {Patience.TotalSeconds} s that {what}. Requests: {string.Join(", ", Cluster.Requests.TakeLast(20))}. Log: {string.Join(' ', Log.Lines)}");
            var now = watch.Elapsed;
            Clock.Advance(now - before < LongestStep ? now - before : LongestStep);
            before = now;
            await Task.Delay(2, CancellationToken.None);
            Inquiry.TakeOver(Pods);
        }
    }

    public static string Text(byte[]? bytes) => bytes is null ? "<NA>" : Encoding.UTF8.GetString(bytes);

    public async ValueTask DisposeAsync()
    {
        await Inquiry.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}
