using System.Globalization;
using System.Text.Json;
using Google.Protobuf.Collections;
using Saker.Containerd;
using Saker.Detector.Answers;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>
/// Containers of containerd's own interface as records. Pure: what is missing stays empty. How a container runs stands in its
/// specification (of OCI), as JSON.
/// </summary>
internal static class ContainerdAnswers
{
    private const string KindLabel = "io.cri-containerd.kind";
    private const string SandboxAnnotation = "io.kubernetes.cri.sandbox-id";

    /// <summary>The record of a container, without what its image and its sandbox say. Null without an id.</summary>
    public static ContainerRecord? Container(Container container, RuntimeSettings settings)
    {
        if (!EngineAnswers.IsId(container.Id))
        {
            return null;
        }

        using var document = container.Spec is { } any ? JsonReading.Parse(any.Value.Memory) : null;
        var spec = document?.RootElement ?? default;
        var (process, linux) = (spec.At("process"), spec.At("linux"));
        var (cpu, memory) = (linux.At("resources", "cpu"), linux.At("resources", "memory"));
        var isLinux = linux.ValueKind == JsonValueKind.Object;
        var namespaces = linux.At("namespaces").Items().Select(static item => item.Text("type")).ToHashSet(StringComparer.Ordinal);
        var parts = ImageReference.Split(container.Image);
        var sandbox = TextLimits.Text(container.Sandbox);
        return new ContainerRecord
        {
            Id = ContainerRecord.ShortIdOf(container.Id),
            FullId = container.Id,
            Type = ContainerType.Containerd,
            Name = ContainerRecord.ShortIdOf(container.Id),
            Image = TextLimits.Text(container.Image),
            ImageRepository = TextLimits.Text(parts.Repository),
            ImageTag = TextLimits.Text(parts.Tag),
            ImageDigest = TextLimits.Text(parts.Digest),
            User = process.At("user", "uid").ValueKind == JsonValueKind.Number ? process.Number("user", "uid").ToString(CultureInfo.InvariantCulture) : "",
            PodSandboxId = sandbox.Length > 0 ? sandbox : spec.Text("annotations", SandboxAnnotation),
            IsPodSandbox = container.Labels.TryGetValue(KindLabel, out var kind) && kind == "sandbox",
            Privileged = isLinux && IsPrivileged(spec, process, linux),
            HostPid = isLinux && !namespaces.Contains("pid"),
            HostNetwork = isLinux && !namespaces.Contains("network"),
            HostIpc = isLinux && !namespaces.Contains("ipc"),
            CreatedTime = Math.Max(0, container.CreatedAt?.Seconds ?? 0),
            Labels = Labels(container.Labels, settings),
            Mounts = RecordLimits.Mounts(spec.At("mounts").Items().Select(mount => Mount(mount, linux.Text("rootfsPropagation")))),
            Environment = RecordLimits.Environment(process.At("env").Texts()),
            CpuQuota = cpu.Number("quota"),
            CpuPeriod = cpu.Number("period") is > 0 and var period ? period : 100_000,
            CpuShares = cpu.Number("shares") is > 0 and var shares ? shares : 1024,
            CpuSetCount = CpuSet.Count(cpu.Text("cpus")),
            MemoryLimit = Math.Max(0, memory.Number("limit")),
            SwapLimit = Math.Max(0, memory.Number("swap")),
        };
    }

    /// <summary>The record with what its image says.</summary>
    public static ContainerRecord WithImage(ContainerRecord record, Image? image, RuntimeSettings settings) => image?.Target is not { } target ? record : record with
    {
        ImageDigest = target.Digest.Length > 0 ? TextLimits.Text(target.Digest) : record.ImageDigest,
        Size = settings.WithSize ? target.Size : -1,
    };

    /// <summary>Labels, bounded.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Labels(MapField<string, string> labels, RuntimeSettings settings) =>
        TextLimits.Labels(labels, settings.LabelMaxLength);

    // No specification says so itself. A privileged container is one from which nothing is hidden and that nothing confines.
    private static bool IsPrivileged(JsonElement spec, JsonElement process, JsonElement linux) =>
        !linux.At("maskedPaths").Items().Any() && !linux.At("readonlyPaths").Items().Any()
        && process.Text("selinuxLabel").Length == 0 && process.Text("apparmorProfile") is "" or "unconfined"
        && linux.At("seccomp").ValueKind is JsonValueKind.Undefined or JsonValueKind.Null
        && !spec.At("mounts").Items().Any(static mount => mount.Text("type") is "sysfs" or "cgroup" && mount.At("options").Texts().Contains("ro"));

    private static ContainerMount Mount(JsonElement mount, string propagation)
    {
        var options = mount.At("options").Texts().ToList();
        var mode = options.FirstOrDefault(static option => option.StartsWith("mode=", StringComparison.Ordinal)) is { } found ? found["mode=".Length..] : "";
        return new ContainerMount(mount.Text("source"), mount.Text("destination"), TextLimits.Text(mode), !options.Contains("ro"), propagation);
    }
}
