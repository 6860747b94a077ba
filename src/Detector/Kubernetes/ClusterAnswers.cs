using System.Buffers;
using System.Text.Json;
using Saker.Detector.Answers;

namespace Saker.Detector.Kubernetes;

/// <summary>
/// Reads what the API server says. Whoever makes pods, services and namespaces chooses much of it, so that all of it is bounded, and a
/// name that is none is as if there were nothing. Nothing throws.
/// </summary>
internal static class ClusterAnswers
{
    private const int MaxOwners = 100;
    private const int MaxName = 253;
    private const int MaxUid = 64;
    private const int MaxVersion = 64;
    private const int MaxContinue = 4096;

    // What the kubelet calls a pod of a file, whose object at the server has another uid.
    private const string StaticPodUid = "kubernetes.io/config.mirror";

    private static readonly SearchValues<char> nameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");
    private static readonly SearchValues<char> uidCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");
    private static readonly SearchValues<char> versionCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");

    /// <summary>Whether a text is a name as Kubernetes gives them, and so fit for a path.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= MaxName && !text.AsSpan().ContainsAnyExcept(nameCharacters) && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]);

    /// <summary>A pod; null when it is none of that node.</summary>
    public static PodRecord? Pod(JsonElement pod, string node)
    {
        var metadata = pod.At("metadata");
        var name = metadata.Text("name");
        var space = metadata.Text("namespace");
        var uid = metadata.Text("uid");
        if (pod.Text("spec", "nodeName") != node || !IsName(name) || !IsName(space) || !IsUid(uid))
        {
            return null;
        }

        var mirrored = metadata.Text("annotations", StaticPodUid);
        return new PodRecord
        {
            Uid = IsUid(mirrored) ? mirrored : uid,
            Namespace = space,
            Object = new ClusterObject(name, uid, LabelsOf(metadata.At("labels"))) { Version = Version(pod) },
            Ip = IpOf(pod),
            Owner = Owner(metadata),
        };
    }

    /// <summary>Any other object; null when it has not the name that was asked for, or no uid.</summary>
    public static ClusterObject? Object(JsonElement element, string name)
    {
        var found = Object(element);
        return found is not null && element.Text("metadata", "name") == name ? found : null;
    }

    /// <summary>A service; null when it is none, or sends to no pod by its labels.</summary>
    public static ClusterObject? Service(JsonElement element)
    {
        var selector = TextLimits.Labels(element.At("spec", "selector").TextEntries(), MaxName);
        // What was left out of it, or is no text, would make it choose more pods than it does.
        var isWhole = selector.Count > 0 && selector.Count == element.At("spec", "selector").EnumerateCount();
        return isWhole && Object(element) is { } found
            ? new ClusterObject(element.Text("metadata", "name"), found.UidText, found.Labels) { Version = found.Version, Selector = selector }
            : null;
    }

    /// <summary>The state that an object or a list is in, as the server counts; empty for none.</summary>
    public static string Version(JsonElement element)
    {
        var version = element.Text("metadata", "resourceVersion");
        return version.Length is > 0 and <= MaxVersion && !version.AsSpan().ContainsAnyExcept(versionCharacters) ? version : "";
    }

    /// <summary>Where the next page of a list begins; empty for none, null when it is none that can be used.</summary>
    public static string? Continue(JsonElement list)
    {
        var next = list.At("metadata", "continue");
        return next.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? ""
            : next.ValueKind == JsonValueKind.String && list.Text("metadata", "continue") is { Length: <= MaxContinue } text ? text
            : null;
    }

    private static ClusterObject? Object(JsonElement element)
    {
        var metadata = element.At("metadata");
        var name = metadata.Text("name");
        var uid = metadata.Text("uid");
        return IsName(name) && IsUid(uid)
            ? new ClusterObject(name, uid, LabelsOf(metadata.At("labels"))) { Version = Version(element), Owner = Owner(metadata) }
            : null;
    }

    private static OwnerReference? Owner(JsonElement metadata)
    {
        foreach (var owner in metadata.At("ownerReferences").Items().Take(MaxOwners))
        {
            var name = owner.Text("name");
            var uid = owner.Text("uid");
            if (owner.Truth("controller") && IsName(name) && IsUid(uid) && IsBuiltIn(owner.Text("apiVersion")))
            {
                return new OwnerReference(owner.Text("kind"), name, uid);
            }
        }

        return null;
    }

    // Others have kinds of the same names.
    private static bool IsBuiltIn(string apiVersion) => apiVersion is "v1" || apiVersion.StartsWith("apps/", StringComparison.Ordinal);

    private static bool IsUid(string text) => text.Length is > 0 and <= MaxUid && !text.AsSpan().ContainsAnyExcept(uidCharacters);

    private static string IpOf(JsonElement pod)
    {
        var ip = pod.Text("status", "podIP");
        return System.Net.IPAddress.TryParse(ip, out _) ? ip : "";
    }

    private static Labels LabelsOf(JsonElement labels)
    {
        var chosen = TextLimits.Labels(labels.TextEntries(), MaxName);
        return chosen.Count == 0 ? Labels.None : new Labels(chosen);
    }

    private static int EnumerateCount(this JsonElement element) => element.ValueKind == JsonValueKind.Object ? element.EnumerateObject().Count() : 0;
}
