using System.Globalization;
using System.Text.Json;
using Google.Protobuf.Collections;
using Saker.Cri;
using Saker.Detector.Answers;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>
/// The answers of Kubernetes' interface as records. Pure: what is missing stays empty. What the interface itself does not say stands in
/// JSON of the runtime's own form, under <c>info</c>.
/// </summary>
internal static class CriAnswers
{
    private const int LongestCni = 4096;

    // Where runtimes write the image's name when its status holds only an id.
    private static readonly string[] ImageAnnotations = ["io.kubernetes.cri.image-name", "io.kubernetes.cri-o.Image", "io.kubernetes.cri-o.ImageName"];

    /// <summary>The type by the name that a runtime gives itself.</summary>
    public static ContainerType TypeOf(string? runtime) => runtime switch
    {
        "containerd" => ContainerType.Containerd,
        "cri-o" => ContainerType.CriO,
        _ => ContainerType.Cri,
    };

    /// <summary>What the list says. Null without an id.</summary>
    public static ContainerRecord? Listed(Container listed, ContainerType type, RuntimeSettings settings) => !EngineAnswers.IsId(listed.Id) ? null : new ContainerRecord
    {
        Id = ContainerRecord.ShortIdOf(listed.Id),
        FullId = listed.Id,
        Type = type,
        IsPartial = true,
        Name = TextLimits.Text(listed.Metadata?.Name),
        Image = TextLimits.Text(listed.Image?.Image),
        Labels = TextLimits.Labels(listed.Labels, settings.LabelMaxLength),
        PodSandboxId = TextLimits.Text(listed.PodSandboxId),
        CreatedTime = Seconds(listed.CreatedAt),
    };

    /// <summary>The whole record.</summary>
    /// <param name="minimum">What the list said.</param>
    /// <param name="answer">The container's status.</param>
    /// <param name="sandbox">Its sandbox's status; null when there is none.</param>
    /// <param name="settings">Bounds.</param>
    public static ContainerRecord Container(ContainerRecord minimum, ContainerStatusResponse answer, PodSandboxStatusResponse? sandbox, RuntimeSettings settings)
    {
        if (answer.Status is not { } status)
        {
            return minimum;
        }

        using var document = Info(answer.Info);
        var info = document?.RootElement ?? default;
        using var sandboxDocument = Info(sandbox?.Info);
        var sandboxInfo = sandboxDocument?.RootElement ?? default;
        var image = ImageOf(status, info);
        var parts = ImageReference.Split(image);
        var limits = status.Resources?.Linux;
        var cni = Cni(sandboxInfo);
        return WithSandbox(minimum, sandbox?.Status, settings) with
        {
            IsPartial = false,
            Name = TextLimits.Text(status.Metadata?.Name),
            Image = image,
            ImageRepository = parts.Repository,
            ImageTag = parts.Tag,
            ImageDigest = TextLimits.Text(ImageReference.Split(status.ImageRef).Digest),
            ImageId = ImageId(status, info),
            User = (status.User?.Linux?.Uid ?? 0).ToString(CultureInfo.InvariantCulture),
            Environment = RecordLimits.Environment(info.At("config", "envs").Items().Select(static item => $"{item.Text("key")}={item.Text("value")}")),
            Labels = TextLimits.Labels(status.Labels, settings.LabelMaxLength, Added(sandbox?.Status)),
            Privileged = info.TruthOrNull("runtimeSpec", "linux", "security_context", "privileged")
                ?? info.TruthOrNull("config", "linux", "security_context", "privileged") ?? info.Truth("privileged"),
            CniJson = cni.Length > 0 ? cni : CriOCni(info),
            Mounts = RecordLimits.Mounts(status.Mounts.Select(Mount)),
            CpuPeriod = limits is { CpuPeriod: > 0 } ? limits.CpuPeriod : 100_000,
            CpuQuota = limits?.CpuQuota ?? 0,
            CpuShares = limits is { CpuShares: > 0 } ? limits.CpuShares : 1024,
            CpuSetCount = CpuSet.Count(limits?.CpusetCpus ?? ""),
            MemoryLimit = limits?.MemoryLimitInBytes ?? 0,
            SwapLimit = limits?.MemorySwapLimitInBytes ?? 0,
            CreatedTime = Seconds(status.CreatedAt),
        };
    }

    /// <summary>The record of a pod's sandbox itself. Null without an id.</summary>
    public static ContainerRecord? Sandbox(PodSandboxStatusResponse answer, ContainerType type, RuntimeSettings settings)
    {
        if (answer.Status is not { } status || !EngineAnswers.IsId(status.Id))
        {
            return null;
        }

        using var document = Info(answer.Info);
        var minimum = new ContainerRecord { Id = ContainerRecord.ShortIdOf(status.Id), FullId = status.Id, Type = type, IsPodSandbox = true };
        return WithSandbox(minimum, status, settings) with
        {
            CreatedTime = Seconds(status.CreatedAt),
            Labels = TextLimits.Labels(status.Labels, settings.LabelMaxLength, Added(status)),
            CniJson = Cni(document?.RootElement ?? default),
        };
    }

    private static ContainerRecord WithSandbox(ContainerRecord record, PodSandboxStatus? sandbox, RuntimeSettings settings)
    {
        var options = sandbox?.Linux?.Namespaces?.Options;
        return record with
        {
            PodSandboxId = sandbox is { Id.Length: > 0 } ? TextLimits.Text(sandbox.Id) : record.PodSandboxId.Length > 0 ? record.PodSandboxId : record.FullId,
            PodSandboxLabels = sandbox is null ? [] : TextLimits.Labels(sandbox.Labels, settings.LabelMaxLength),
            Ip = TextLimits.Text(sandbox?.Network?.Ip),
            HostNetwork = options?.Network == NamespaceMode.Node,
            HostPid = options?.Pid == NamespaceMode.Node,
            HostIpc = options?.Ipc == NamespaceMode.Node,
        };
    }

    private static List<KeyValuePair<string, string>> Added(PodSandboxStatus? sandbox) => sandbox is null ? [] :
    [
        .. new[]
        {
            KeyValuePair.Create("io.kubernetes.sandbox.id", sandbox.Id),
            KeyValuePair.Create("io.kubernetes.pod.uid", sandbox.Metadata?.Uid ?? ""),
            KeyValuePair.Create("io.kubernetes.pod.name", sandbox.Metadata?.Name ?? ""),
            KeyValuePair.Create("io.kubernetes.pod.namespace", sandbox.Metadata?.Namespace ?? ""),
        }.Where(static label => label.Value.Length > 0),
    ];

    private static JsonDocument? Info(MapField<string, string>? info) => info is not null && info.TryGetValue("info", out var text) ? JsonReading.Parse(text) : null;

    // The reference names the repository without a tag, the image the tag that was asked for.
    private static string ImageOf(ContainerStatus status, JsonElement info)
    {
        var named = status.Image?.Image ?? "";
        var reference = ImageReference.Split(status.ImageRef);
        var tag = ImageReference.Split(named).Tag;
        var image = reference is { Repository.Length: > 0, Digest.Length: > 0 } ? tag.Length > 0 ? $"{reference.Repository}:{tag}" : reference.Repository : named;
        if (image.Length == 0 || image.StartsWith("sha256", StringComparison.Ordinal))
        {
            var annotations = info.At("runtimeSpec", "annotations");
            image = ImageAnnotations.Select(key => annotations.Text(key)).FirstOrDefault(static text => text.Length > 0) ?? image;
        }

        return TextLimits.Text(image);
    }

    private static string ImageId(ContainerStatus status, JsonElement info)
    {
        // The last is what containerd has until 1.6, for an image that came from no registry.
        var ids = (string[])[info.Text("config", "image", "image"), status.ImageId, status.ImageRef];
        return TextLimits.Text(ids.Where(static id => id.StartsWith(ImageReference.DigestStart, StringComparison.Ordinal)).Select(ImageReference.BareId).FirstOrDefault() ?? status.ImageId);
    }

    // containerd writes Interfaces, as its program names it; others write it small, as the plugins do.
    private static string Cni(JsonElement sandboxInfo)
    {
        var result = sandboxInfo.At("cniResult");
        var interfaces = result.At("Interfaces") is { ValueKind: JsonValueKind.Object } large ? large : result.At("interfaces");
        var chosen = interfaces.Chosen(static name => name != "lo" && !name.StartsWith("veth", StringComparison.Ordinal), LongestCni);
        return chosen.Length > 0 ? chosen : CriOCni(sandboxInfo);
    }

    private static string CriOCni(JsonElement info) => info.Text("runtimeSpec", "annotations", "io.kubernetes.cri-o.CNIResult");

    private static ContainerMount Mount(Mount mount) => new(TextLimits.Text(mount.HostPath), TextLimits.Text(mount.ContainerPath), "", !mount.Readonly, mount.Propagation switch
    {
        0 => "private",
        1 => "rslave",
        2 => "rshared",
        _ => "unknown",
    });

    private static long Seconds(long nanoseconds) => Math.Max(0, nanoseconds / 1_000_000_000);
}
