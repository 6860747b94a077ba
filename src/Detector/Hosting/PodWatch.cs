using Saker.Detector.Inquiry;
using Saker.Detector.Kubernetes;
using Saker.Detector.State;

namespace Saker.Detector.Hosting;

/// <summary>Tells a state of the pods of this machine what the Kubernetes API server knows, as one plan wants it.</summary>
internal sealed class PodWatch : IAsyncDisposable
{
    private readonly ClusterAccess access;
    private readonly KubernetesParts parts;
    private readonly MachineState state;
    private readonly PodInquiry inquiry;

    private PodWatch(ClusterAccess access, KubernetesParts parts, MachineState state, TimeProvider clock, ILogger logger)
    {
        this.access = access;
        this.parts = parts;
        this.state = state;
        inquiry = new PodInquiry(access, parts, clock, logger);
    }

    /// <summary>What was asked.</summary>
    public ClusterCounters Counters => inquiry.Counters;

    /// <summary>Puts in place what a plan wants, which may be nothing. Between two events.</summary>
    /// <param name="present">What is there.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="state">Gets what the server says.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logger">Told what can be asked, and what cannot.</param>
    public static async ValueTask UseForAsync(Exchangeable<PodWatch> present, DetectorPlan plan, MachineState state, TimeProvider clock, ILogger logger)
    {
        var parts = plan.Cluster is null ? KubernetesParts.None : plan.ClusterParts;
        if (present.Value is { } watch && watch.access == plan.Cluster && watch.parts == parts)
        {
            return;
        }

        if (parts == KubernetesParts.None)
        {
            state.Containers.UsePods(null);
            await present.UseAsync(null);
            return;
        }

        var next = new PodWatch(plan.Cluster!, parts, state, clock, logger);
        state.Containers.UsePods(next.inquiry.Ask);
        await present.UseAsync(next);
        await next.inquiry.StartAsync(ContainerWatch.StartPatience);
        next.TakeOver();
    }

    /// <summary>Takes over what the server has said. For the event thread, between two events.</summary>
    public void TakeOver() => inquiry.TakeOver(state.Containers.Pods);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inquiry.DisposeAsync();
}
