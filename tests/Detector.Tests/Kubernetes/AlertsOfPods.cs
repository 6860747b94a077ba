using System.Text;
using Saker.Detector.Fields;
using Saker.Detector.Kubernetes;
using Saker.Detector.Tests.Holding;

namespace Saker.Detector.Tests.Kubernetes;

/// <summary>Alerts wait for what the API server says, where they name it, and events never.</summary>
public sealed class AlertsOfPods
{
    private const string Deployment = """
        - rule: deployment
          desc: d
          condition: evt.type = execve and proc.name = run
          output: "%k8s.deployment.name %k8smeta.deployment.uid %k8s.ns.label[team] %k8smeta.svc.name %k8s.svc.name %k8smeta.svc.label[kind] %k8s.svc.label[kind] %k8smeta.pod.labels"
          priority: NOTICE
        """;

    [Fact]
    public async Task An_alert_that_names_the_deployment_is_held_and_then_complete()
    {
        await using var cluster = await ClusterRig.StartAsync(static cluster =>
        {
            cluster.PutShop();
            cluster.Set(FakeCluster.Pod(ClusterRig.Uid));
        });
        await using var rig = new HoldingRig(1, Deployment, sources: FieldSources.KubernetesServer);
        rig.Containers.UsePods(cluster.Inquiry.Ask);
        cluster.Pods = rig.Containers.Pods;
        rig.Containers.Learn(HoldingRig.Record());
        Exec(rig);
        Assert.Equal(1, rig.Hold!.Count);
        await cluster.UntilAsync(
            () =>
            {
                rig.Wait(TimeSpan.Zero);
                return rig.Hold.IsEmpty;
            },
            "the alert is written");
        Assert.Equal(["web u-web blue (outer,web) outer, web (outer,inner) outer, inner (app:web,tier:front)"], await rig.WrittenAsync());
        Assert.Equal((1, 0), (rig.Hold.Counters.Held, rig.Hold.Counters.WithoutPod.Sum()));
    }

    [Theory]
    [InlineData("k8s.deployment.name = web", true)]
    [InlineData("k8s.deployment.name = other", false)]
    [InlineData("k8smeta.svc.name intersects (web)", true)]
    [InlineData("k8smeta.svc.name intersects (db)", false)]
    [InlineData("not k8s.ns.label[team] = blue", false)]
    [InlineData("k8s.rc.name exists", false)]
    public async Task A_condition_is_decided_when_the_server_has_answered(string condition, bool expected)
    {
        await using var rig = Rig(condition);
        Exec(rig);
        Assert.Equal(1, rig.Hold!.Count);
        rig.Containers.Pods.Find(ClusterRig.Uid)!.Learn(Facts(), PodKnowledge.Known);
        rig.Wait(TimeSpan.Zero);
        Assert.Equal(expected ? ["run"] : [], await rig.WrittenAsync());
    }

    [Fact]
    public async Task What_does_not_name_the_pod_does_not_wait_for_it()
    {
        await using var rig = Rig("container.name = web");
        Exec(rig);
        rig.Wait(TimeSpan.Zero);
        Assert.Equal(["run"], await rig.WrittenAsync());
    }

    [Fact]
    public async Task What_no_answer_comes_for_is_written_without_and_counted_by_its_reason()
    {
        await using var rig = new HoldingRig(1, Deployment, sources: FieldSources.KubernetesServer);
        rig.Containers.UsePods(static pod => pod.Knowledge = PodKnowledge.Asked);
        rig.Containers.Learn(HoldingRig.Record());
        Exec(rig);
        rig.Wait(HoldingRig.Longest);
        rig.Containers.Pods.Find(ClusterRig.Uid)!.Learn(null, PodKnowledge.NoServer);
        Exec(rig); // which waits for nothing
        Assert.True(rig.Hold!.IsEmpty);
        Assert.Equal(Enumerable.Repeat("<NA> <NA> <NA> <NA> <NA> <NA> <NA> <NA>", 2), await rig.WrittenAsync());
        Assert.Equal((1, 1), (rig.Hold.Counters.WithoutPod[(int)PodKnowledge.Asked], rig.Hold.Counters.WithoutPod[(int)PodKnowledge.NoServer]));
    }

    [Fact]
    public async Task Nothing_is_allocated_for_events_in_a_pod_that_is_known_when_they_match_nothing()
    {
        await using var rig = Rig("k8s.deployment.name = never or k8smeta.svc.label[kind] intersects (never) or k8s.svc.label[kind] = never");
        Exec(rig);
        rig.Containers.Pods.Find(ClusterRig.Uid)!.Learn(Facts(), PodKnowledge.Known);
        rig.Wait(TimeSpan.Zero);
        Opens(rig, 1000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        rig.Events.Open(10, 3, "/x");
        var one = GC.GetAllocatedBytesForCurrentThread() - before; // what making the event takes
        before = GC.GetAllocatedBytesForCurrentThread();
        Opens(rig, 100);
        Assert.Equal(100 * one, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static HoldingRig Rig(string condition)
    {
        var rig = new HoldingRig(1, $"""
            - rule: only
              desc: d
              condition: evt.type in (execve, openat) and ({condition})
              output: "%proc.name"
              priority: NOTICE
            """, sources: FieldSources.KubernetesServer);
        rig.Containers.UsePods(static pod => pod.Knowledge = PodKnowledge.Asked);
        rig.Containers.Learn(HoldingRig.Record());
        return rig;
    }

    private static PodFacts Facts() => new(new PodDetails
    {
        Pod = new PodRecord { Uid = ClusterRig.Uid, Namespace = "shop", Object = new ClusterObject("web-1", ClusterRig.Uid, new Labels([new("app", "web")])) },
        Namespace = new ClusterObject("shop", "u-shop", new Labels([new("team", "blue")])),
        Deployment = new ClusterObject("web", "u-web"),
        Services = [new ClusterObject("web", "u-svc", new Labels([new("kind", "inner")]))],
        IsComplete = true,
    });

    private static void Opens(HoldingRig rig, int count)
    {
        for (var i = 0; i < count; i++)
        {
            rig.Events.Open(10, 3, "/x");
        }
    }

    private static void Exec(HoldingRig rig) =>
        rig.Events.Exec(10, "run", ("cgroups", Encoding.UTF8.GetBytes($"cpu=/kubepods/pod{ClusterRig.Uid}/{HoldingRig.Full}\0")));
}
