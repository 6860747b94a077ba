using Saker.Detector.Kubernetes;

namespace Saker.Detector.Tests.Kubernetes;

/// <summary>A server that ends watches, forgets, refuses, is silent or talks nonsense: said once, tried again, counted.</summary>
public sealed class ServerTroubles
{
    private const string Other = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";

    [Fact]
    public async Task A_watch_that_ended_goes_on_where_it_was()
    {
        await using var rig = await StartAsync();
        rig.Cluster.Bookmark();
        rig.Cluster.Set(FakeCluster.Pod(Other, "web-2"));
        await rig.KnownAsync(Other);
        rig.Clock.Advance(TimeSpan.FromMinutes(1)); // it was a good one
        rig.Cluster.EndWatches();
        await rig.UntilAsync(() => rig.Cluster.Requests.Count(static request => request.Contains("watch=true", StringComparison.Ordinal)) == 2, "it is watched again");
        rig.Cluster.Delete(Other);
        await rig.UntilAsync(() => rig.Pods.Find(Other) is null, "the pod is gone");
        Assert.Equal(1, Lists(rig));
        Assert.Single(rig.Log.Lines);
        Assert.Contains("allowWatchBookmarks=true", rig.Cluster.Requests.Last(), StringComparison.Ordinal);
        Assert.DoesNotContain("resourceVersion=101", rig.Cluster.Requests.Last(static request => request.Contains("watch=true", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_too_old_to_go_on_from_is_listed_anew(bool byStatus)
    {
        await using var rig = await StartAsync();
        rig.Cluster.RefusesByStatus = byStatus;
        rig.Cluster.Set(FakeCluster.Pod(Other, "web-2"));
        var facts = await rig.KnownAsync(Other);
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        rig.Cluster.Forget(Other);
        rig.Cluster.EndWatches(forgets: true);
        await rig.UntilAsync(() => rig.Pods.Find(Other) is null, "the pod is gone");
        Assert.Equal(2, Lists(rig));
        Assert.Equal("web-2", ClusterRig.Text(facts.Pod.Name));
        Assert.DoesNotContain(rig.Log.Lines, static line => line.Contains("tried again", StringComparison.Ordinal));
        Assert.Equal(1, rig.Inquiry.Counters.Requests(ClusterOutcome.Gone));
    }

    [Fact]
    public async Task A_token_that_was_changed_is_read_again_at_once()
    {
        await using var rig = await StartAsync();
        rig.Cluster.Token = "second";
        rig.Cluster.WriteToken("second");
        await rig.KnownAsync();
        Assert.Equal(0, rig.Inquiry.Counters.Requests(ClusterOutcome.Unauthorized));
        Assert.DoesNotContain(rig.Log.Lines, static line => line.Contains("second", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(401, "", nameof(ClusterOutcome.Unauthorized), "it does not take the token (status 401).")]
    [InlineData(403, "secret words", nameof(ClusterOutcome.Forbidden), "its rights do not allow it (status 403); docs/containers.md has the role that is needed.")]
    [InlineData(500, "", nameof(ClusterOutcome.Busy), "it answers with status 500.")]
    [InlineData(429, "", nameof(ClusterOutcome.Busy), "it answers with status 429.")]
    [InlineData(302, "", nameof(ClusterOutcome.Damaged), "it answers with status 302.")]
    [InlineData(200, "<html>", nameof(ClusterOutcome.Damaged), "its answer is no JSON.")]
    [InlineData(200, "{}", nameof(ClusterOutcome.Damaged), "its answer is no list of pods.")]
    [InlineData(404, "", nameof(ClusterOutcome.Damaged), "it knows no pods (status 404).")]
    public async Task A_server_that_does_not_tell_its_pods_is_said_once_and_asked_again(int status, string body, string outcome, string reason)
    {
        var isOdd = true;
        await using var rig = await ClusterRig.StartAsync(cluster =>
        {
            cluster.Set(FakeCluster.Pod(ClusterRig.Uid));
            cluster.Oddly = target => Volatile.Read(ref isOdd) && target.Contains("/pods?", StringComparison.Ordinal) ? new OddAnswer(status, body) : null;
        });
        var pod = rig.Meet();
        await rig.UntilAsync(() => pod.Knowledge == PodKnowledge.NoServer && rig.Inquiry.Counters.Requests(Enum.Parse<ClusterOutcome>(outcome)) > 1, "it was asked twice in vain");
        Assert.Equal($"Kubernetes: the API server https://{rig.Cluster.Access.Server.Authority}: {reason} It is tried again; until then alerts have of their pods what was known before.", Assert.Single(rig.Log.Lines));
        Assert.False(rig.Inquiry.Counters.IsFollowing);
        Volatile.Write(ref isOdd, false);
        await rig.KnownAsync();
        Assert.True(rig.Inquiry.Counters.IsFollowing);
        Assert.Equal(2, rig.Log.Lines.Count);
    }

    [Fact]
    public async Task A_kind_that_may_not_be_read_lacks_alone_and_comes_when_it_may()
    {
        var isOdd = true;
        await using var rig = await StartAsync(cluster => cluster.Oddly = target => Volatile.Read(ref isOdd) && target.Contains("/services", StringComparison.Ordinal) ? new OddAnswer(403) : null);
        var pod = rig.Meet();
        await rig.UntilAsync(() => pod.Knowledge == PodKnowledge.Incomplete, "the rest is known");
        Assert.Equal("web", ClusterRig.Text(pod.Facts!.Deployment?.Name));
        Assert.Empty(pod.Facts.Services);
        Assert.Single(rig.Log.Lines, static line => line.StartsWith("Kubernetes: services cannot be read: the API server", StringComparison.Ordinal));
        Volatile.Write(ref isOdd, false);
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        await rig.UntilAsync(() => pod.Knowledge == PodKnowledge.Known, "the services are known");
        Assert.Equal(2, pod.Facts.Services.Count);
    }

    [Fact]
    public async Task Of_a_pod_whose_owners_take_long_the_rest_is_there_and_nothing_waits_for_ever()
    {
        await using var rig = await StartAsync(static cluster => cluster.Oddly = static target => target.Contains("/replicasets/", StringComparison.Ordinal) ? new OddAnswer(0, IsSilent: true) : null);
        var pod = rig.Meet();
        await rig.UntilAsync(() => pod.Facts is not null, "the pod itself is known");
        await rig.UntilAsync(() => !pod.IsPending, "nobody waits any longer");
        Assert.Equal("web-abc", ClusterRig.Text(pod.Facts!.ReplicaSet?.Name));
        rig.Clock.Advance(ClusterHttp.Patience);
        await rig.UntilAsync(() => pod.Knowledge == PodKnowledge.Incomplete, "the rest is known");
        Assert.Equal("u-shop", ClusterRig.Text(pod.Facts.Namespace?.Uid));
        Assert.True(rig.Inquiry.Counters.Requests(ClusterOutcome.Slow) > 0);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("{}")]
    [InlineData("""{"type": "ERROR", "object": {"code": 500}}""")]
    [InlineData("""{"type": "ADDED", "object": {"metadata": {"resourceVersion": "../.."}}}""")]
    public async Task Nonsense_in_a_watch_has_the_list_be_read_again(string line)
    {
        await using var rig = await StartAsync();
        await rig.UntilAsync(() => rig.Cluster.Watching == 1, "the watch stands");
        rig.Cluster.Send(line);
        await rig.UntilAsync(() => Lists(rig) == 2, "the list is read again");
        Assert.Equal(1, rig.Inquiry.Counters.Requests(ClusterOutcome.Damaged));
    }

    [Fact]
    public async Task A_list_that_is_too_large_is_read_by_pages()
    {
        var huge = "{\"metadata\": {\"resourceVersion\": \"1\"}, \"items\": [\"" + new string('x', ClusterHttp.ListBytes) + "\"]}";
        await using var rig = await StartAsync(cluster =>
        {
            for (var i = 0; i < 20; i++)
            {
                cluster.Set(FakeCluster.Pod($"{i:x8}-0000-0000-0000-000000000000", $"p{i}"));
            }

            cluster.Oddly = target => target.EndsWith("&resourceVersion=0", StringComparison.Ordinal) && target.Contains("/pods?", StringComparison.Ordinal)
                || target.EndsWith("&limit=64", StringComparison.Ordinal) ? new OddAnswer(200, huge) : null;
        });
        await rig.UntilAsync(() => rig.Inquiry.Counters.Pods == 21, "all are known");
        Assert.Equal(3, rig.Cluster.Requests.Count(static request => request.Contains("&limit=8", StringComparison.Ordinal)));
        Assert.Equal(2, rig.Inquiry.Counters.Requests(ClusterOutcome.TooLarge));
    }

    [Fact]
    public async Task Too_many_pods_are_told_and_left_out()
    {
        await using var rig = await ClusterRig.StartAsync(static cluster =>
        {
            for (var i = 0; i < PodFollower.MaxPods + 5; i++)
            {
                cluster.Set(FakeCluster.Pod($"{i:x8}-0000-0000-0000-000000000000", $"p{i}"));
            }
        });
        await rig.UntilAsync(() => rig.Inquiry.Counters.Pods == PodFollower.MaxPods, "as many as may be are known");
        Assert.Single(rig.Log.Lines, static line => line.Contains("has more than 2000 pods", StringComparison.Ordinal));
    }

    private static int Lists(ClusterRig rig) =>
        rig.Cluster.Requests.Count(static request => request.Contains("/pods?", StringComparison.Ordinal) && !request.Contains("watch=true", StringComparison.Ordinal));

    private static Task<ClusterRig> StartAsync(Action<FakeCluster>? more = null) => ClusterRig.StartAsync(cluster =>
    {
        cluster.PutShop();
        cluster.Set(FakeCluster.Pod(ClusterRig.Uid));
        more?.Invoke(cluster);
    });
}
