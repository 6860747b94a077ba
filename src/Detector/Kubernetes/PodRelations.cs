using System.Globalization;
using System.Text.Json;
using Saker.Detector.Answers;

namespace Saker.Detector.Kubernetes;

/// <summary>
/// What belongs to pods: namespaces and owners, asked for by their names, and the services of a namespace, of which those count that
/// choose the pod by its labels. Only what the rules name is asked for. Each kind that cannot be read is said once.
/// </summary>
/// <param name="http">The way to the server.</param>
/// <param name="parts">What the rules name.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">Told what cannot be read.</param>
/// <param name="stop">Ends all questions.</param>
internal sealed class PodRelations(ClusterHttp http, KubernetesParts parts, TimeProvider clock, ILogger logger, CancellationToken stop)
{
    /// <summary>How long a namespace is taken for what it was.</summary>
    public static readonly TimeSpan NamespaceLife = TimeSpan.FromMinutes(5);

    /// <summary>How long the services of a namespace are.</summary>
    public static readonly TimeSpan ServicesLife = TimeSpan.FromMinutes(5);

    /// <summary>How long an owner is.</summary>
    public static readonly TimeSpan OwnerLife = TimeSpan.FromMinutes(30);

    /// <summary>Services of a namespace that are known at most.</summary>
    public const int MaxServices = 5000;

    private const long CacheCharacters = 8 << 20;
    private const int Page = 128;
    private const int MaxPages = 2 * MaxServices;

    // From the server's memory; what is not there yet is asked for again from its storage.
    private const string FromMemory = "?resourceVersion=0";

    private readonly ObjectCache<ClusterObject> namespaces = new(NamespaceLife, static found => found.Weight, CacheCharacters, clock);
    private readonly ObjectCache<ClusterObject> owners = new(OwnerLife, static found => found.Weight, CacheCharacters, clock);
    private readonly ObjectCache<IReadOnlyList<ClusterObject>> services = new(ServicesLife, static found => found.Sum(static service => service.Weight), CacheCharacters, clock);
    private readonly HashSet<string> troubled = new(StringComparer.Ordinal);

    /// <summary>Whether pods alone answer everything that the rules name.</summary>
    public bool IsNothingAsked => (parts & ~KubernetesParts.Pods) == 0;

    /// <summary>What the pod itself says.</summary>
    public PodDetails Begin(PodRecord pod) => new()
    {
        Pod = pod,
        ReplicaSet = Named(pod, "ReplicaSet"),
        ReplicationController = Named(pod, "ReplicationController"),
        IsComplete = IsNothingAsked,
    };

    /// <summary>All that belongs to a pod.</summary>
    public async Task<PodDetails> OfAsync(PodRecord pod)
    {
        var space = NamespaceAsync(pod);
        var set = ReplicaSetAsync(pod);
        var controller = ControllerAsync(pod);
        var all = ServicesAsync(pod);
        await Task.WhenAll(space, set, controller, all);
        var (replicaSet, deployment, isSure) = await set;
        var labels = pod.Object.Labels?.Pairs ?? [];
        return new PodDetails
        {
            Pod = pod,
            Namespace = (await space).Value,
            ReplicaSet = replicaSet,
            Deployment = deployment,
            ReplicationController = (await controller).Value,
            Services = [.. ((await all).Value ?? []).Where(service => service.Selects(labels))],
            IsComplete = isSure && (await space).IsSure && (await controller).IsSure && (await all).IsSure,
        };
    }

    private static ClusterObject? Named(PodRecord pod, string kind) =>
        pod.Owner is { } owner && owner.Kind == kind ? owner.Object : null;

    private Task<Found<ClusterObject>> NamespaceAsync(PodRecord pod) => Wants(KubernetesParts.Namespaces)
        ? ObjectAsync(namespaces, "namespaces", $"api/v1/namespaces/{pod.Namespace}", pod.Namespace, uid: null)
        : Task.FromResult(new Found<ClusterObject>(null, IsSure: true));

    private async Task<(ClusterObject? Set, ClusterObject? Deployment, bool IsSure)> ReplicaSetAsync(PodRecord pod)
    {
        if (pod.Owner is not { Kind: "ReplicaSet" } owner || !Wants(KubernetesParts.ReplicaSets))
        {
            return (Named(pod, "ReplicaSet"), null, true);
        }

        var set = await ObjectAsync(owners, "replicasets", $"apis/apps/v1/namespaces/{pod.Namespace}/replicasets/{owner.Name}", owner.Name, owner.Uid);
        var named = set.Value ?? Named(pod, "ReplicaSet");
        if (set.Value?.Owner is not { Kind: "Deployment" } upper)
        {
            return (named, null, set.IsSure);
        }

        if (!Wants(KubernetesParts.Deployments))
        {
            return (named, upper.Object, set.IsSure);
        }

        var deployment = await ObjectAsync(owners, "deployments", $"apis/apps/v1/namespaces/{pod.Namespace}/deployments/{upper.Name}", upper.Name, upper.Uid);
        return (named, deployment.Value ?? upper.Object, set.IsSure && deployment.IsSure);
    }

    private async Task<Found<ClusterObject>> ControllerAsync(PodRecord pod)
    {
        const string kind = "ReplicationController";
        if (pod.Owner is not { Kind: kind } owner || !Wants(KubernetesParts.ReplicationControllers))
        {
            return new Found<ClusterObject>(Named(pod, kind), IsSure: true);
        }

        var found = await ObjectAsync(owners, "replicationcontrollers", $"api/v1/namespaces/{pod.Namespace}/replicationcontrollers/{owner.Name}", owner.Name, owner.Uid);
        return found.Value is null ? new Found<ClusterObject>(Named(pod, kind), found.IsSure) : found;
    }

    private Task<Found<IReadOnlyList<ClusterObject>>> ServicesAsync(PodRecord pod)
    {
        if (!Wants(KubernetesParts.Services))
        {
            return Task.FromResult(new Found<IReadOnlyList<ClusterObject>>([], IsSure: true));
        }

        var path = $"api/v1/namespaces/{pod.Namespace}/services";
        return services.FindAsync(path, async before => Kept(await ServicesAsync(path), before ?? []), trouble => Tell("services", trouble));
    }

    private async Task<List<ClusterObject>> ServicesAsync(string path)
    {
        var found = new List<ClusterObject>();
        try
        {
            using var all = await http.ListAsync(path + FromMemory, stop);
            Take(all, found);
            return found;
        }
        catch (ClusterTroubleException exception) when (exception.Outcome == ClusterOutcome.TooLarge)
        {
            found.Clear();
        }

        var next = "";
        for (var i = 0; i < MaxPages && found.Count < MaxServices; i++)
        {
            var from = next.Length == 0 ? "" : "&continue=" + Uri.EscapeDataString(next);
            using var page = await http.ListAsync(string.Create(CultureInfo.InvariantCulture, $"{path}?limit={Page}{from}"), stop);
            next = Take(page, found);
            if (next.Length == 0)
            {
                break;
            }
        }

        return found;
    }

    private string Take(JsonDocument? list, List<ClusterObject> found)
    {
        var root = list?.RootElement ?? default;
        found.AddRange(root.At("items").Items().Select(ClusterAnswers.Service).OfType<ClusterObject>().Take(MaxServices - found.Count));
        return ClusterAnswers.Continue(root) ?? throw http.Trouble(ClusterOutcome.Damaged, "its list goes on nowhere");
    }

    // What has not changed stays the same object, so that who holds it sees that.
    private static List<ClusterObject> Kept(List<ClusterObject> now, IReadOnlyList<ClusterObject> before)
    {
        var known = new Dictionary<string, ClusterObject>(StringComparer.Ordinal);
        foreach (var service in before)
        {
            known[service.UidText] = service;
        }

        return [.. now.Select(service => known.GetValueOrDefault(service.UidText) is { } old && old.IsSame(service) ? old : service)];
    }

    private Task<Found<ClusterObject>> ObjectAsync(ObjectCache<ClusterObject> cache, string kind, string path, string name, string? uid) => cache.FindAsync(
        uid is null ? path : $"{path}#{uid}",
        async before =>
        {
            var found = await ObjectAsync(path + FromMemory, name) ?? await ObjectAsync(path, name);
            // Another of the same name is not the one that was meant.
            return found is null || (uid is not null && found.UidText != uid) ? null : before?.IsSame(found) == true ? before : found;
        },
        trouble => Tell(kind, trouble));

    private async Task<ClusterObject?> ObjectAsync(string path, string name)
    {
        using var document = await http.MetadataAsync(path, stop);
        return document is null ? null : ClusterAnswers.Object(document.RootElement, name)
            ?? throw http.Trouble(ClusterOutcome.Damaged, "its answer is not what was asked for");
    }

    private bool Wants(KubernetesParts part) => (parts & part) != 0;

    private void Tell(string kind, ClusterTroubleException? trouble)
    {
        lock (troubled)
        {
            if (trouble is null)
            {
                troubled.Remove(kind);
            }
            else if (troubled.Add(kind))
            {
                KubernetesMessages.CannotRead(logger, kind, trouble.Message);
            }
        }
    }
}
