using System.Globalization;
using System.Numerics;
using Saker.Detector.Capture;

namespace Saker.Detector.Drivers.Rings;

/// <summary>How many ring buffers there are, how large, and which CPU writes into which.</summary>
/// <param name="Count">Rings.</param>
/// <param name="Bytes">Bytes of each: a power of two of at least a page.</param>
/// <param name="RingOfCpu">By number of the CPU, for all that there may ever be.</param>
internal sealed record RingPlan(int Count, int Bytes, IReadOnlyList<int> RingOfCpu)
{
    private const string OnlineCpus = "/sys/devices/system/cpu/online";

    /// <summary>Bytes of all rings together.</summary>
    public long TotalBytes => (long)Count * Bytes;

    /// <summary>The plan for this machine.</summary>
    public static RingPlan For(SourceSettings wanted, int possibleCpus) =>
        For(wanted, possibleCpus, File.Exists(OnlineCpus) ? ParseCpus(File.ReadAllText(OnlineCpus)) : []);

    /// <summary>
    /// The plan for <paramref name="online"/> CPUs. Rings are made for those only: machines whose CPUs can be added while they
    /// run count hundreds of possible ones. One that is added later shares the ring of another.
    /// </summary>
    public static RingPlan For(SourceSettings wanted, int possibleCpus, IReadOnlyList<int> online)
    {
        online = [.. online.Where(cpu => cpu < possibleCpus)];
        if (online.Count == 0)
        {
            online = [.. Enumerable.Range(0, possibleCpus)];
        }

        var shared = wanted.CpusPerRing > 0 ? wanted.CpusPerRing : online.Count;
        var count = (online.Count + shared - 1) / shared;
        var rings = Enumerable.Range(0, possibleCpus).Select(cpu => cpu % count).ToArray();
        for (var i = 0; i < online.Count; i++)
        {
            rings[online[i]] = i / shared;
        }

        var bytes = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(wanted.RingBytes, Environment.SystemPageSize));
        return new RingPlan(count, bytes, rings);
    }

    /// <summary>The numbers of a list as the kernel writes it: <c>0-3,8,10-11</c>.</summary>
    public static IReadOnlyList<int> ParseCpus(string list)
    {
        var cpus = new List<int>();
        foreach (var range in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = range.Split('-');
            if (int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                && first <= last)
            {
                cpus.AddRange(Enumerable.Range(first, last - first + 1));
            }
        }

        return cpus;
    }
}
