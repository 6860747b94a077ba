using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Saker.Detector.Answers;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>Docker's and Podman's answers as records. Pure: what is missing or of another kind stays empty.</summary>
internal static class EngineAnswers
{
    private const string OtherContainer = "container:";
    private const int LongestId = 128;

    // What stands among a container's labels in an event and is none.
    private static readonly string[] ownAttributes = ["image", "name", "podId", "containerExitCode"];

    /// <summary>True for what may stand in a path as an id.</summary>
    public static bool IsId(string text) =>
        text.Length is > 0 and <= LongestId && text.Any(char.IsAsciiLetterOrDigit)
        && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-' or ':');

    /// <summary>What an item of a list says: id, image, name and labels. Null without an id.</summary>
    /// <param name="item">The item.</param>
    /// <param name="type">Whose it is.</param>
    /// <param name="settings">Bounds.</param>
    public static ContainerRecord? Listed(JsonElement item, ContainerType type, RuntimeSettings settings) =>
        Minimum(item.Text("Id"), item.Text("Image"), item.At("Names").Texts().FirstOrDefault() ?? "", type, item.At("Labels").TextEntries(), settings);

    /// <summary>What an event says: the same. Null without an id.</summary>
    /// <param name="told">The event.</param>
    /// <param name="type">Whose it is.</param>
    /// <param name="settings">Bounds.</param>
    public static ContainerRecord? Told(JsonElement told, ContainerType type, RuntimeSettings settings)
    {
        var attributes = told.At("Actor", "Attributes");
        var labels = attributes.TextEntries().Where(static entry => !ownAttributes.Contains(entry.Key));
        return Minimum(told.Text("Actor", "ID"), attributes.Text("image"), attributes.Text("name"), type, labels, settings);
    }

    /// <summary>Docker's answer about a container.</summary>
    /// <param name="container">The answer about the container.</param>
    /// <param name="image">The answer about its image; undefined without one.</param>
    /// <param name="settings">Bounds.</param>
    /// <returns>Null when it has no id.</returns>
    public static ContainerRecord? Docker(JsonElement container, JsonElement image, RuntimeSettings settings)
    {
        var name = container.Text("Config", "Image");
        if (Common(container, name, ContainerType.Docker, settings) is not { } record)
        {
            return null;
        }

        record = record with
        {
            ImageId = ImageReference.BareId(image.Text("Id") is { Length: > 0 } id ? id : container.Text("Image")),
        };
        if (image.ValueKind != JsonValueKind.Object)
        {
            // The image is gone or cannot be asked for. Its name says as much.
            return Named(record, name);
        }

        var digests = image.At("RepoDigests").Texts().Select(ImageReference.Split).Where(static entry => IsGood(entry.Repository) && entry.Digest.Length > 0).ToList();
        var tags = image.At("RepoTags").Texts().Select(static entry => (Whole: entry, Parts: ImageReference.Split(entry))).Where(static entry => IsGood(entry.Parts.Repository)).ToList();
        var repository = digests.Count > 0 ? digests[0].Repository : tags.Count > 0 ? tags[0].Parts.Repository : "";
        return record with
        {
            ImageRepository = TextLimits.Text(repository),
            ImageDigest = TextLimits.Text(repository.Length > 0 && digests.Count > 0 ? digests[0].Digest : ""),
            ImageTag = TextLimits.Text(repository.Length == 0 ? "" : tags.FirstOrDefault(entry => entry.Whole.Contains(repository, StringComparison.Ordinal)).Parts.Tag),
        };
    }

    /// <summary>Podman's answer about a container, which says enough of the image. Null when it has no id.</summary>
    public static ContainerRecord? Podman(JsonElement container, RuntimeSettings settings)
    {
        var name = container.Text("ImageName");
        return Common(container, name, ContainerType.Podman, settings) is not { } record ? null
            : Named(record, name) with { ImageId = ImageReference.BareId(container.Text("Image")), ImageDigest = container.Text("ImageDigest") };
    }

    /// <summary>The address of a container; empty without one.</summary>
    public static string Address(JsonElement container)
    {
        var network = container.At("NetworkSettings");
        return network.Text("IPAddress") is { Length: > 0 } address ? address
            : network.At("Networks").Entries().Select(static entry => entry.Value.Text("IPAddress")).FirstOrDefault(static ip => ip.Length > 0) ?? "";
    }

    /// <summary>The container whose network it uses; empty for none.</summary>
    public static string NetworkOwner(JsonElement container) =>
        container.Text("HostConfig", "NetworkMode") is var mode && mode.StartsWith(OtherContainer, StringComparison.Ordinal) && IsId(mode[OtherContainer.Length..])
            ? mode[OtherContainer.Length..] : "";

    private static ContainerRecord? Minimum(
        string id, string image, string name, ContainerType type, IEnumerable<KeyValuePair<string, string>> labels, RuntimeSettings settings) => !IsId(id) ? null : Named(
        new ContainerRecord
        {
            Id = ContainerRecord.ShortIdOf(id),
            FullId = id,
            Type = type,
            IsPartial = true,
            Image = image,
            Name = TextLimits.Text(name.TrimStart('/')),
            Labels = TextLimits.Labels(labels, settings.LabelMaxLength),
        },
        image);

    private static ContainerRecord? Common(JsonElement container, string image, ContainerType type, RuntimeSettings settings)
    {
        var (config, host) = (container.At("Config"), container.At("HostConfig"));
        if (Minimum(container.Text("Id"), image, container.Text("Name"), type, config.At("Labels").TextEntries(), settings) is not { } minimum)
        {
            return null;
        }

        return minimum with
        {
            IsPartial = false,
            User = config.Text("User"),
            Environment = RecordLimits.Environment(config.At("Env").Texts()),
            CreatedTime = container.Seconds("Created"),
            Privileged = host.Truth("Privileged"),
            HostPid = host.Text("PidMode") == "host",
            HostNetwork = host.Text("NetworkMode") == "host",
            HostIpc = host.Text("IpcMode") == "host",
            Ip = Address(container),
            CpuPeriod = host.Number("CpuPeriod") is > 0 and var period ? period : 100_000,
            CpuQuota = host.Number("CpuQuota"),
            CpuShares = host.Number("CpuShares") is > 0 and var shares ? shares : 1024,
            CpuSetCount = CpuSet.Count(host.Text("CpusetCpus")),
            MemoryLimit = host.Number("Memory"),
            SwapLimit = host.Number("MemorySwap"),
            Mounts = RecordLimits.Mounts(container.At("Mounts").Items().Select(Mount)),
            Ports = RecordLimits.Ports(container.At("NetworkSettings", "Ports").Entries().SelectMany(Ports)),
            IsPodSandbox = minimum.Name.Contains("k8s_POD", StringComparison.Ordinal),
            Size = settings.WithSize ? container.NumberOr(-1, "SizeRw") : -1,
        };
    }

    private static ContainerRecord Named(ContainerRecord record, string image)
    {
        var parts = ImageReference.Split(image);
        return record with { ImageRepository = parts.Repository, ImageTag = parts.Tag, ImageDigest = parts.Digest };
    }

    private static bool IsGood(string repository) => repository.Length > 0 && !repository.Contains("<none>", StringComparison.Ordinal);

    private static ContainerMount Mount(JsonElement mount) =>
        new(mount.Text("Source"), mount.Text("Destination"), mount.Text("Mode"), mount.Truth("RW"), mount.Text("Propagation"));

    // "80/tcp": [{ "HostIp": "0.0.0.0", "HostPort": "8080" }]. Podman writes no address for all of them.
    private static IEnumerable<ContainerPort> Ports(KeyValuePair<string, JsonElement> entry)
    {
        if (!entry.Key.EndsWith("/tcp", StringComparison.Ordinal) || !TryPort(entry.Key[..^4], out var port))
        {
            yield break;
        }

        foreach (var binding in entry.Value.Items())
        {
            var host = binding.Text("HostIp");
            if (TryPort(binding.Text("HostPort"), out var hostPort) && TryAddress(host.Length == 0 ? "0.0.0.0" : host, out var address))
            {
                yield return new ContainerPort(address, hostPort, port);
            }
        }
    }

    private static bool TryPort(string text, out ushort port) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);

    private static bool TryAddress(string text, out uint number)
    {
        var isAddress = IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork;
        number = isAddress ? BinaryPrimitives.ReadUInt32BigEndian(address!.GetAddressBytes()) : 0;
        return isAddress;
    }
}
