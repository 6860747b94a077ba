using System.Globalization;
using System.Text.Json;
using Polly;
using Polly.Retry;
using Saker.Detector.Answers;

namespace Saker.Detector.Kubernetes;

/// <summary>Is told of the pods of this node. One call at a time.</summary>
internal interface IPodListener
{
    /// <summary>These are all that there are.</summary>
    ValueTask ReplaceAsync(IReadOnlyList<PodRecord> pods, CancellationToken cancellationToken);

    /// <summary>A pod is new, or another than before.</summary>
    ValueTask ChangeAsync(PodRecord pod, CancellationToken cancellationToken);

    /// <summary>A pod is gone.</summary>
    ValueTask RemoveAsync(string uid, CancellationToken cancellationToken);
}

/// <summary>
/// Follows the pods of one node for as long as the detector runs: a list, then what changes, from where an interrupted watch stopped; a
/// new list when that is too long ago. Never asks about other nodes.
/// </summary>
/// <param name="http">The way to the server.</param>
/// <param name="node">The node.</param>
/// <param name="listener">Is told.</param>
/// <param name="counters">Says whether the pods are followed.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">Told when the server cannot be asked, and when it can again.</param>
internal sealed class PodFollower(ClusterHttp http, string node, IPodListener listener, ClusterCounters counters, TimeProvider clock, ILogger logger)
{
    /// <summary>Pods that are known at most; the kubelet runs 110 by default.</summary>
    public const int MaxPods = 2000;

    private const int FirstPage = 64;
    private const int MaxPages = 2 * MaxPods;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HealthyWatch = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AfterItsEnd = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource listed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string pods = $"api/v1/pods?fieldSelector={Uri.EscapeDataString("spec.nodeName=" + node)}";
    private string version = "";
    private bool isTroubled;
    private bool isCrowdTold;

    /// <summary>Done when the server has told the pods for the first time, or could not.</summary>
    public Task Listed => listed.Task;

    /// <summary>Follows until the token ends it.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var attempts = new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            Delay = ShortestPause,
            MaxDelay = LongestPause,
            UseJitter = true,
            ShouldHandle = static attempt => ValueTask.FromResult(attempt.Outcome.Exception is ClusterTroubleException),
            OnRetry = attempt =>
            {
                Troubled((ClusterTroubleException)attempt.Outcome.Exception!);
                return ValueTask.CompletedTask;
            },
        }).Build();
        try
        {
            while (!stop.IsCancellationRequested)
            {
                // Each watch that went well lets the pauses begin anew.
                await attempts.ExecuteAsync(FollowAsync, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The detector stops.
        }

        listed.TrySetResult();
    }

    private async ValueTask FollowAsync(CancellationToken stop)
    {
        if (version.Length == 0)
        {
            version = await ListAsync(stop);
        }

        var since = clock.GetTimestamp();
        try
        {
            await WatchAsync(stop);
        }
        catch (ClusterTroubleException exception) when (exception.Outcome is not (ClusterOutcome.Slow or ClusterOutcome.Unreachable or ClusterOutcome.Busy))
        {
            version = ""; // what was missed cannot be told from there
            throw;
        }
        catch (ClusterTroubleException) when (clock.GetElapsedTime(since) >= HealthyWatch)
        {
            counters.IsFollowing = false;
            return; // connections end; the next attempt says whether there is more to it
        }

        if (clock.GetElapsedTime(since) < HealthyWatch)
        {
            throw http.Trouble(ClusterOutcome.Busy, "it ends each watch at once");
        }
    }

    private async Task<string> ListAsync(CancellationToken stop)
    {
        var found = new List<PodRecord>();
        string state;
        try
        {
            // From the server's memory, where pods stand by node: a page would be read from the storage of the whole cluster.
            using var all = await PageAsync("&resourceVersion=0", stop);
            state = Take(all, found);
        }
        catch (ClusterTroubleException exception) when (exception.Outcome == ClusterOutcome.TooLarge)
        {
            found.Clear();
            state = await ListByPagesAsync(found, stop);
        }

        await listener.ReplaceAsync(found, stop);
        Follows(found.Count);
        return state;
    }

    private async Task<string> ListByPagesAsync(List<PodRecord> found, CancellationToken stop)
    {
        var (limit, next, state) = (FirstPage, "", "");
        for (var i = 0; i < MaxPages; i++)
        {
            try
            {
                var from = next.Length == 0 ? "" : "&continue=" + Uri.EscapeDataString(next);
                using var page = await PageAsync(string.Create(CultureInfo.InvariantCulture, $"&limit={limit}{from}"), stop);
                state = Take(page, found);
                next = ClusterAnswers.Continue(page.RootElement) ?? throw http.Trouble(ClusterOutcome.Damaged, "its list goes on nowhere");
            }
            catch (ClusterTroubleException exception) when (exception.Outcome == ClusterOutcome.TooLarge && limit > 1)
            {
                limit /= 8;
                continue;
            }

            if (next.Length == 0)
            {
                return state;
            }
        }

        throw http.Trouble(ClusterOutcome.Damaged, "its list has no end");
    }

    private async Task<JsonDocument> PageAsync(string query, CancellationToken stop) =>
        await http.ListAsync(pods + query, stop) ?? throw http.Trouble(ClusterOutcome.Damaged, "it knows no pods (status 404)");

    private string Take(JsonDocument list, List<PodRecord> found)
    {
        var state = ClusterAnswers.Version(list.RootElement);
        if (state.Length == 0 || list.RootElement.At("items").ValueKind is not (JsonValueKind.Array or JsonValueKind.Null or JsonValueKind.Undefined))
        {
            throw http.Trouble(ClusterOutcome.Damaged, "its answer is no list of pods");
        }

        foreach (var pod in list.RootElement.At("items").Items().Select(item => ClusterAnswers.Pod(item, node)).OfType<PodRecord>())
        {
            if (found.Count < MaxPods)
            {
                found.Add(pod);
            }
            else if (!isCrowdTold)
            {
                isCrowdTold = true;
                KubernetesMessages.TooManyPods(logger, node, MaxPods);
            }
        }

        return state;
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        // Not all nodes at once, when all were started at once.
        var length = TimeSpan.FromSeconds(300 + Random.Shared.Next(300));
        var query = string.Create(CultureInfo.InvariantCulture, $"&watch=true&allowWatchBookmarks=true&timeoutSeconds={length.TotalSeconds:0}&resourceVersion={Uri.EscapeDataString(version)}");
        await foreach (var change in http.WatchAsync(pods + query, length + AfterItsEnd, Recovered, stop))
        {
            using (change)
            {
                await TakeAsync(change.RootElement, stop);
            }
        }
    }

    private async ValueTask TakeAsync(JsonElement change, CancellationToken stop)
    {
        var thing = change.At("object");
        var kind = change.Text("type");
        if (kind == "ERROR")
        {
            throw thing.Number("code") == 410
                ? http.Trouble(ClusterOutcome.Gone, "what a watch began from is too old")
                : http.Trouble(ClusterOutcome.Damaged, "it ended a watch with an error");
        }

        var state = ClusterAnswers.Version(thing);
        if (state.Length == 0 || kind is not ("ADDED" or "MODIFIED" or "DELETED" or "BOOKMARK"))
        {
            throw http.Trouble(ClusterOutcome.Damaged, "it tells of changes that are none");
        }

        if (kind != "BOOKMARK" && ClusterAnswers.Pod(thing, node) is { } pod)
        {
            await (kind == "DELETED" ? listener.RemoveAsync(pod.Uid, stop) : listener.ChangeAsync(pod, stop));
        }

        version = state;
    }

    private void Follows(int count)
    {
        KubernetesMessages.Follows(logger, node, http.Target, count);
        isTroubled = false;
        counters.IsFollowing = true;
        listed.TrySetResult();
    }

    private void Recovered()
    {
        counters.IsFollowing = true;
        if (isTroubled)
        {
            isTroubled = false;
            KubernetesMessages.Again(logger);
        }
    }

    private void Troubled(ClusterTroubleException trouble)
    {
        listed.TrySetResult();
        if (trouble.Outcome == ClusterOutcome.Gone)
        {
            return;
        }

        counters.IsFollowing = false;
        if (!isTroubled)
        {
            isTroubled = true;
            KubernetesMessages.CannotFollow(logger, trouble.Message);
        }
    }
}
