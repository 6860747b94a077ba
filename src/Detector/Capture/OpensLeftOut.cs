namespace Saker.Detector.Capture;

/// <summary>Ways of access that opens ask for. Those of opens that may make a file stand three places above.</summary>
[Flags]
internal enum OpenClasses : byte
{
    None = 0,
    Read = 1,
    Write = 2,
    ReadAndWrite = 4,
    Creating = 8,
    All = (Creating * Creating) - 1,
}

/// <summary>Paths that begin with a text, and with no longer one that another region has.</summary>
/// <param name="Beginning">The text, each byte a character.</param>
/// <param name="Wanted">The opens of these paths that somebody may want, if they succeed.</param>
/// <param name="WantedFailed">The same of those that fail.</param>
internal readonly record struct OpenRegion(string Beginning, OpenClasses Wanted, OpenClasses WantedFailed);

/// <summary>
/// Opens of regular files that nobody can want, by the beginning of the path and the way of access. About plain absolute paths alone:
/// without <c>//</c>, <c>..</c> and <c>./</c>, and of fewer than <see cref="LongestPath"/> bytes. Immutable.
/// </summary>
internal sealed class OpensLeftOut
{
    /// <summary>Bytes of a path, its end included, from which on it is told (the driver's <c>REGION_BYTES</c>).</summary>
    public const int LongestPath = 256;

    private readonly Dictionary<string, OpenRegion> byBeginning;
    private readonly int longest;

    /// <param name="regions">All regions; one begins with <c>/</c>, as all paths do.</param>
    public OpensLeftOut(IReadOnlyList<OpenRegion> regions)
    {
        Regions = regions.Any(static region => (region.Wanted & region.WantedFailed) != OpenClasses.All) ? regions : [];
        byBeginning = Regions.ToDictionary(static region => region.Beginning, StringComparer.Ordinal);
        longest = byBeginning.Count == 0 ? 0 : byBeginning.Keys.Max(static beginning => beginning.Length);
    }

    /// <summary>None is left out.</summary>
    public static OpensLeftOut None { get; } = new([]);

    /// <summary>The rule that needs to know all open files, so that none but failed opens are left out, and the call that it is about; null when there is none.</summary>
    public (string Rule, string Call)? Keeper { get; init; }

    /// <summary>The regions; empty when all opens may be wanted.</summary>
    public IReadOnlyList<OpenRegion> Regions { get; }

    /// <summary>Whether all opens are told.</summary>
    public bool IsEmpty => Regions.Count == 0;

    /// <summary>Whether what is left out here is left out by another as well.</summary>
    public bool IsWithin(OpensLeftOut other) => byBeginning.Keys.Concat(other.byBeginning.Keys).All(beginning => IsWithin(RegionOf(beginning), other.RegionOf(beginning)));

    /// <summary>The region of a plain absolute path.</summary>
    /// <param name="path">The path, each byte a character.</param>
    public OpenRegion RegionOf(string path)
    {
        for (var length = Math.Min(path.Length, longest); length > 0; length--)
        {
            if (byBeginning.TryGetValue(path[..length], out var region))
            {
                return region;
            }
        }

        return new OpenRegion("", OpenClasses.All, OpenClasses.All);
    }

    private static bool IsWithin(OpenRegion region, OpenRegion other) =>
        ((other.Wanted & ~region.Wanted) | (other.WantedFailed & ~region.WantedFailed)) == OpenClasses.None;
}
