using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Saker.Detector.Events;

namespace Saker.Detector.Containers;

/// <summary>
/// A container's record as fields read it: texts in UTF-8 at fixed addresses, put together once. Immutable but for what was looked
/// for among the mounts, which is remembered.
/// </summary>
internal sealed class ContainerFacts
{
    private readonly ConcurrentDictionary<(string Pattern, bool InDestination), int> found = new();
    private readonly IReadOnlyList<MountFacts> mounts;

    /// <param name="record">The record.</param>
    public ContainerFacts(ContainerRecord record)
    {
        Record = record;
        Id = PinnedBytes.Of(record.Id);
        FullId = PinnedBytes.Of(record.FullId);
        Type = PinnedBytes.Of(NameOf(record.Type));
        Name = PinnedBytes.Of(record.Name);
        Image = PinnedBytes.Of(record.Image);
        ImageId = PinnedBytes.Of(record.ImageId);
        ImageRepository = PinnedBytes.Of(record.ImageRepository);
        ImageTag = PinnedBytes.Of(record.ImageTag);
        ImageDigest = PinnedBytes.Of(record.ImageDigest);
        Ip = PinnedBytes.Of(record.Ip);
        CniJson = PinnedBytes.Of(record.CniJson);
        SandboxId = PinnedBytes.Of(record.PodSandboxId);
        SandboxShortId = PinnedBytes.Of(ContainerRecord.ShortIdOf(record.PodSandboxId));
        Labels = new LabelFacts(record.Labels);
        SandboxLabels = new LabelFacts(record.PodSandboxLabels);
        mounts = [.. record.Mounts.Select(static mount => new MountFacts(mount))];
        Mounts = PinnedBytes.Of(string.Join(',', record.Mounts.Select(MountFacts.TextOf)));
    }

    /// <summary>What fields of the container say of what runs in none.</summary>
    public static ContainerFacts Host { get; } = new(new ContainerRecord { Id = "host", FullId = "host", Name = "host", Type = ContainerType.Host });

    /// <summary>The record.</summary>
    public ContainerRecord Record { get; }

    public byte[] Id { get; }
    public byte[] FullId { get; }
    public byte[] Type { get; }
    public byte[] Name { get; }
    public byte[] Image { get; }
    public byte[] ImageId { get; }
    public byte[] ImageRepository { get; }
    public byte[] ImageTag { get; }
    public byte[] ImageDigest { get; }
    public byte[] Ip { get; }
    public byte[] CniJson { get; }
    public byte[] SandboxId { get; }
    public byte[] SandboxShortId { get; }
    public LabelFacts Labels { get; }
    public LabelFacts SandboxLabels { get; }

    /// <summary>All mounts, by commas.</summary>
    public byte[] Mounts { get; }

    /// <summary>The mount at a place, from 0; null beyond the end.</summary>
    public MountFacts? MountAt(int index) => index < mounts.Count ? mounts[index] : null;

    /// <summary>The first mount whose source, or destination, has the pattern in it; null when there is none.</summary>
    /// <param name="pattern">The pattern as the rule writes it.</param>
    /// <param name="expression">The pattern, ready to be used.</param>
    /// <param name="inDestination">Where to look.</param>
    public MountFacts? FindMount(string pattern, Regex expression, bool inDestination)
    {
        if (!found.TryGetValue((pattern, inDestination), out var index))
        {
            index = Record.Mounts.ToList().FindIndex(mount => expression.IsMatch(inDestination ? mount.Destination : mount.Source));
            found.TryAdd((pattern, inDestination), index);
        }

        return index < 0 ? null : mounts[index];
    }

    /// <summary>The type as <c>container.type</c> has it.</summary>
    public static string NameOf(ContainerType type) => type switch
    {
        ContainerType.Docker => "docker",
        ContainerType.Lxc => "lxc",
        ContainerType.LibvirtLxc => "libvirt-lxc",
        ContainerType.Cri => "cri",
        ContainerType.Containerd => "containerd",
        ContainerType.CriO => "cri-o",
        ContainerType.Bpm => "bpm",
        ContainerType.Podman => "podman",
        ContainerType.SystemdNspawn => "systemd-nspawn",
        ContainerType.Host => "host",
        _ => "",
    };
}

/// <summary>A mount as fields read it.</summary>
internal sealed class MountFacts(ContainerMount mount)
{
    public byte[] All { get; } = PinnedBytes.Of(TextOf(mount));
    public byte[] Source { get; } = PinnedBytes.Of(mount.Source);
    public byte[] Destination { get; } = PinnedBytes.Of(mount.Destination);
    public byte[] Mode { get; } = PinnedBytes.Of(mount.Mode);
    public byte[] IsWritable { get; } = PinnedBytes.Of(WordOf(mount.IsWritable));
    public byte[] Propagation { get; } = PinnedBytes.Of(mount.Propagation);

    /// <summary>The mount as one text: <c>source:destination:mode:true:propagation</c>.</summary>
    public static string TextOf(ContainerMount mount) =>
        $"{mount.Source}:{mount.Destination}:{mount.Mode}:{WordOf(mount.IsWritable)}:{mount.Propagation}";

    private static string WordOf(bool truth) => truth ? "true" : "false";
}

/// <summary>Labels as fields read them.</summary>
internal sealed class LabelFacts
{
    private readonly List<(byte[] Key, byte[] Value)> labels;

    /// <param name="labels">The labels, sorted by key.</param>
    public LabelFacts(IReadOnlyList<KeyValuePair<string, string>> labels)
    {
        this.labels = [.. labels.Select(static label => (Encoding.UTF8.GetBytes(label.Key), PinnedBytes.Of(label.Value)))];
        // What Kubernetes and its runtimes write for themselves is no label of the user's.
        var shown = labels.Where(static label => !label.Key.StartsWith("annotation.", StringComparison.Ordinal) && !label.Key.StartsWith("io.kubernetes.", StringComparison.Ordinal));
        Text = PinnedBytes.Of(string.Join(", ", shown.Select(static label => label.Value.Length == 0 ? label.Key : $"{label.Key}:{label.Value}")));
    }

    /// <summary>All labels of the user's, <c>key:value</c>, by a comma and a blank.</summary>
    public byte[] Text { get; }

    /// <summary>The value of a label; null when there is none.</summary>
    public byte[]? Find(ReadOnlySpan<byte> key)
    {
        foreach (var (name, value) in labels)
        {
            if (key.SequenceEqual(name))
            {
                return value;
            }
        }

        return null;
    }
}
