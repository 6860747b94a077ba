using System.Globalization;
using System.Text.Json.Nodes;
using Saker.Detector.Kubernetes;

namespace Saker.Detector.Tests.Kubernetes;

/// <summary>Pods and what belongs to them come from the API server, by questions about this node's pods and by name alone.</summary>
public sealed class PodQuestions
{
    private const string Other = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

    [Fact]
    public async Task A_pod_has_everything_that_belongs_to_it()
    {
        await using var rig = await ShopAsync();
        var facts = await rig.KnownAsync();
        Assert.Equal(
            ["web-1", "shop", "10.1.2.3", "app:web, tier:front", "u-shop", "team:blue", "web-abc", "u-web-abc", "web", "u-web", "owner:anna", "outer, web", "kind:outer, kind:inner", "<NA>"],
            ((byte[]?[])[
                facts.Pod.Name, facts.NamespaceName, facts.Ip, facts.Pod.Labels!.Text, facts.Namespace!.Uid, facts.Namespace.Labels!.Text, facts.ReplicaSet!.Name, facts.ReplicaSet.Uid,
                facts.Deployment!.Name, facts.Deployment.Uid, facts.Deployment.Labels!.Text, facts.ServiceNames, facts.ServiceLabels, facts.ReplicationController?.Name,
            ]).Select(ClusterRig.Text));
        Assert.StartsWith("Kubernetes: the pods of node node-1 are followed at https://127.0.0.1:", Assert.Single(rig.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replication_controller_is_an_owner_too()
    {
        await using var rig = await ClusterRig.StartAsync(static cluster =>
        {
            cluster.Set(FakeCluster.Pod(ClusterRig.Uid, owner: "ReplicationController/old"));
            cluster.Put("/api/v1/namespaces/shop/replicationcontrollers/old", "old", "u-old", """{"a": "b"}""");
        });
        var facts = await rig.KnownAsync();
        Assert.Equal("old u-old a:b", $"{ClusterRig.Text(facts.ReplicationController?.Name)} {ClusterRig.Text(facts.ReplicationController?.Uid)} {ClusterRig.Text(facts.ReplicationController?.Labels?.Text)}");
        Assert.Null(facts.ReplicaSet);
        Assert.Null(facts.Namespace); // there is none of that name
    }

    [Fact]
    public async Task An_owner_of_another_uid_is_not_the_one_that_was_meant()
    {
        await using var rig = await ShopAsync(static cluster => cluster.Put("/apis/apps/v1/namespaces/shop/replicasets/web-abc", "web-abc", "u-newer", owner: "Deployment/web"));
        var facts = await rig.KnownAsync();
        Assert.Equal("u-web-abc", ClusterRig.Text(facts.ReplicaSet?.Uid)); // what the pod itself says
        Assert.Null(facts.Deployment);
    }

    [Fact]
    public async Task Only_what_rules_name_is_asked_for()
    {
        await using var rig = await ShopAsync(parts: KubernetesParts.Pods | KubernetesParts.ReplicaSets);
        var facts = await rig.KnownAsync();
        Assert.Equal("web", ClusterRig.Text(facts.Deployment?.Name));
        Assert.Equal(["GET /apis/apps/v1/namespaces/shop/replicasets/web-abc?resourceVersion=0"], rig.Cluster.Requests.Where(static request => !request.Contains("/pods?", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Nothing_but_this_node_s_pods_and_what_has_a_name_was_ever_asked_for()
    {
        await using var rig = await ShopAsync();
        await rig.KnownAsync();
        rig.Cluster.Set(FakeCluster.Pod(Other, "web-2"));
        await rig.KnownAsync(Other);
        rig.Cluster.EndWatches(forgets: true);
        rig.Clock.Advance(PodRelations.OwnerLife);
        await rig.UntilAsync(() => rig.Cluster.Requests.Count(static request => request.Contains("resourceVersion=0", StringComparison.Ordinal) && request.Contains("/pods?", StringComparison.Ordinal)) > 1, "the list is read again");
        const string named = "(api/v1/(namespaces/[a-z0-9-]+(/services|/replicationcontrollers/[a-z0-9-]+)?)|apis/apps/v1/namespaces/[a-z0-9-]+/(replicasets|deployments)/[a-z0-9-]+)";
        Assert.All(rig.Cluster.Requests, static request => Assert.Matches(
            $"^GET /(api/v1/pods[?]fieldSelector=spec.nodeName%3Dnode-1&.*|{named}([?]resourceVersion=0)?)$", request));
    }

    [Fact]
    public async Task A_hundred_pods_of_a_namespace_cost_one_question_about_it()
    {
        var uids = Enumerable.Range(0, 100).Select(static i => string.Create(CultureInfo.InvariantCulture, $"{i:x8}-0000-0000-0000-000000000000")).ToList();
        await using var rig = await ShopAsync(cluster => uids.ForEach(uid => cluster.Set(FakeCluster.Pod(uid, "web-" + uid[..8]))));
        uids.ForEach(uid => rig.Meet(uid));
        await rig.UntilAsync(() => uids.TrueForAll(uid => rig.Meet(uid).Knowledge == PodKnowledge.Known), "all are known");
        Assert.Equal(4, rig.Cluster.Requests.Count(static request => !request.Contains("/pods?", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Labels_of_a_namespace_and_services_are_asked_for_again_after_their_time()
    {
        await using var rig = await ShopAsync();
        var facts = await rig.KnownAsync();
        rig.Cluster.Put("/api/v1/namespaces/shop", "shop", "u-shop", """{"team": "red"}""");
        rig.Cluster.Objects.Remove("/api/v1/namespaces/shop/services/outer", out _);
        rig.Clock.Advance(PodRelations.NamespaceLife - TimeSpan.FromMinutes(1));
        await rig.UntilAsync(() => rig.Cluster.Requests.Count > 4, "all was asked once");
        Assert.Same(facts, rig.Meet().Facts);
        rig.Clock.Advance(TimeSpan.FromMinutes(2));
        await rig.UntilAsync(() => ClusterRig.Text(rig.Meet().Facts?.Namespace?.Labels?.Text) == "team:red" && ClusterRig.Text(rig.Meet().Facts?.ServiceNames) == "web", "the change is known");
    }

    [Fact]
    public async Task A_pod_that_nobody_knows_is_said_to_be_unknown_and_known_when_it_comes()
    {
        await using var rig = await ShopAsync();
        var pod = rig.Meet(Other);
        Assert.True(pod.IsPending);
        await rig.UntilAsync(() => pod.Knowledge == PodKnowledge.Unanswered, "it is said to be unknown");
        rig.Cluster.Set(FakeCluster.Pod(Other));
        await rig.UntilAsync(() => pod.Knowledge == PodKnowledge.Known, "it is known");
    }

    [Fact]
    public async Task Pods_of_other_nodes_are_none_of_ours_whatever_the_server_sends()
    {
        await using var rig = await ShopAsync(static cluster => cluster.Set(FakeCluster.Pod(Other, node: "node-2")));
        await rig.UntilAsync(() => rig.Cluster.Watching == 1, "the watch stands");
        rig.Cluster.Send($$"""{"type": "ADDED", "object": {{Versioned(FakeCluster.Pod(Other, node: "node-2"))}} }""");
        var pod = rig.Meet(Other);
        await rig.UntilAsync(() => pod.Knowledge == PodKnowledge.Unanswered, "it is said to be unknown");
        Assert.Equal(1, rig.Inquiry.Counters.Pods);
    }

    [Fact]
    public async Task A_pod_of_a_file_goes_by_the_uid_that_its_cgroups_have()
    {
        const string hash = "0123456789abcdef0123456789abcdef";
        var pod = FakeCluster.Pod(Other, "etcd-node-1", owner: null);
        pod["metadata"]!["annotations"] = new JsonObject { ["kubernetes.io/config.mirror"] = hash };
        await using var rig = await ClusterRig.StartAsync(cluster => cluster.Set(pod));
        Assert.Equal("etcd-node-1", ClusterRig.Text((await rig.KnownAsync(hash)).Pod.Name));
    }

    private static Task<ClusterRig> ShopAsync(Action<FakeCluster>? more = null, KubernetesParts parts = ClusterRig.Everything) => ClusterRig.StartAsync(
        cluster =>
        {
            cluster.PutShop();
            cluster.Set(FakeCluster.Pod(ClusterRig.Uid));
            more?.Invoke(cluster);
        },
        parts);

    private static string Versioned(JsonObject pod)
    {
        pod["metadata"]!["resourceVersion"] = "5";
        return pod.ToJsonString();
    }
}
