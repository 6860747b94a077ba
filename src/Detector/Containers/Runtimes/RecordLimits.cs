using System.Text;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>
/// How much of what a runtime says goes into a record. Whoever starts containers chooses their labels, environments and mounts, so all
/// of it is bounded: each text, each kind of text together, and a list as a whole.
/// </summary>
internal static class RecordLimits
{
    /// <summary>The longest answer that is read, bytes.</summary>
    public const int AnswerBytes = 4 << 20;

    /// <summary>Containers of one runtime.</summary>
    public const int Containers = 10_000;

    /// <summary>What the records of one list may hold together, characters.</summary>
    public const int ListCharacters = 64 << 20;

    /// <summary>The default of <c>label_max_len</c>.</summary>
    public const int LabelLength = 100;

    // A name in a registry has at most 255 characters, a path 4,096.
    private const int TextCharacters = 4096;
    private const int TogetherBytes = 64 << 10;
    private const int Items = 1000;

    /// <summary>A text, or nothing when it is longer than any that makes sense.</summary>
    public static string Text(string? text) => text is { Length: <= TextCharacters } ? text : "";

    /// <summary>
    /// Labels, sorted by key. One whose value has more than <paramref name="maxLength"/> bytes is left out, as in Falco, and so are those
    /// that do not fit into 64 KiB together.
    /// </summary>
    /// <param name="labels">What the runtime says.</param>
    /// <param name="maxLength">The longest value, bytes of UTF-8.</param>
    /// <param name="added">Labels of ours, which that length does not concern, and which go before one of the same name.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Labels(
        IEnumerable<KeyValuePair<string, string>> labels, int maxLength, IReadOnlyList<KeyValuePair<string, string>>? added = null)
    {
        var chosen = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var left = TogetherBytes;
        foreach (var label in added ?? [])
        {
            Add(label, TextCharacters);
        }

        foreach (var label in labels.OrderBy(static label => label.Key, StringComparer.Ordinal))
        {
            Add(label, maxLength);
        }

        return [.. chosen];

        void Add(KeyValuePair<string, string> label, int longest)
        {
            var length = Encoding.UTF8.GetByteCount(label.Value);
            var size = Encoding.UTF8.GetByteCount(label.Key) + length;
            if (label.Key.Length > 0 && length <= longest && size <= left && chosen.TryAdd(label.Key, label.Value))
            {
                left -= size;
            }
        }
    }

    /// <summary>The variables that fit into 64 KiB together, in their order.</summary>
    public static IReadOnlyList<string> Environment(IEnumerable<string> variables)
    {
        var chosen = new List<string>();
        var left = TogetherBytes;
        foreach (var variable in variables)
        {
            var size = Encoding.UTF8.GetByteCount(variable);
            if (size <= left)
            {
                chosen.Add(variable);
                left -= size;
            }
        }

        return chosen;
    }

    /// <summary>The mounts that fit into 64 KiB together, 1,000 at most, in their order.</summary>
    public static IReadOnlyList<ContainerMount> Mounts(IEnumerable<ContainerMount> mounts)
    {
        var chosen = new List<ContainerMount>();
        var left = TogetherBytes;
        foreach (var mount in mounts)
        {
            var size = Weight(mount);
            if (size <= left && chosen.Count < Items)
            {
                chosen.Add(mount);
                left -= size;
            }
        }

        return chosen;
    }

    /// <summary>The first 1,000 ports.</summary>
    public static IReadOnlyList<ContainerPort> Ports(IEnumerable<ContainerPort> ports) => [.. ports.Take(Items)];

    /// <summary>How many characters the texts of a record have, about.</summary>
    public static int Weight(ContainerRecord record) =>
        500 + record.Name.Length + record.Image.Length + record.CniJson.Length
        + record.Labels.Concat(record.PodSandboxLabels).Sum(static label => label.Key.Length + label.Value.Length)
        + record.Environment.Sum(static variable => variable.Length)
        + record.Mounts.Sum(Weight);

    private static int Weight(ContainerMount mount) => mount.Source.Length + mount.Destination.Length + mount.Mode.Length + mount.Propagation.Length;
}
