using System.Text;
using Saker.Detector.Answers;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>
/// How much of what a runtime says goes into a record. Whoever starts containers chooses their labels, environments and mounts, so all
/// of it is bounded: each text (<see cref="TextLimits"/>), each kind of text together, and a list as a whole.
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

    private const int Items = 1000;

    /// <summary>The variables that fit into 64 KiB together, in their order.</summary>
    public static IReadOnlyList<string> Environment(IEnumerable<string> variables)
    {
        var chosen = new List<string>();
        var left = TextLimits.TogetherBytes;
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
        var left = TextLimits.TogetherBytes;
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
