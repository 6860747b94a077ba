using System.Text;

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
/// <param name="Wanted">The opens of these paths that somebody may want.</param>
internal readonly record struct OpenRegion(string Beginning, OpenClasses Wanted);

/// <summary>
/// Opens of regular files that nobody can want, by the beginning of the path and the way of access. About plain absolute paths alone:
/// without <c>//</c>, <c>..</c> and <c>./</c>, and of fewer than <see cref="LongestPath"/> bytes. Immutable.
/// </summary>
internal sealed class OpensLeftOut
{
    /// <summary>Bytes of a path, its end included, from which on it is told (the driver's <c>REGION_BYTES</c>).</summary>
    public const int LongestPath = 256;

    private const uint Create = 4;
    private const uint TemporaryFile = 8192;
    private const uint Access = 3;

    private readonly Dictionary<string, OpenClasses> wanted;
    private readonly int longest;

    /// <param name="regions">All regions; one begins with <c>/</c>, as all paths do.</param>
    public OpensLeftOut(IReadOnlyList<OpenRegion> regions)
    {
        Regions = regions.Any(static region => region.Wanted != OpenClasses.All) ? regions : [];
        wanted = Regions.ToDictionary(static region => region.Beginning, static region => region.Wanted, StringComparer.Ordinal);
        longest = wanted.Count == 0 ? 0 : wanted.Keys.Max(static beginning => beginning.Length);
    }

    /// <summary>None is left out.</summary>
    public static OpensLeftOut None { get; } = new([]);

    /// <summary>None is left out, for a rule needs to know all open files.</summary>
    /// <param name="rule">The rule's name.</param>
    /// <param name="call">The call on a file that it is about.</param>
    public static OpensLeftOut NoneFor(string rule, string call) => new([]) { Keeper = (rule, call) };

    /// <summary>The rule that needs to know all open files, and the call that it is about; null when there is none.</summary>
    public (string Rule, string Call)? Keeper { get; private init; }

    /// <summary>The regions; empty when all opens may be wanted.</summary>
    public IReadOnlyList<OpenRegion> Regions { get; }

    /// <summary>Whether all opens are told.</summary>
    public bool IsEmpty => Regions.Count == 0;

    /// <summary>The class of an open.</summary>
    /// <param name="flags">Its flags, in the driver's values.</param>
    public static OpenClasses ClassOf(uint flags)
    {
        var access = (flags & Access) switch { 1 => OpenClasses.Read, 2 => OpenClasses.Write, 3 => OpenClasses.ReadAndWrite, _ => OpenClasses.None };
        return (flags & (Create | TemporaryFile)) != 0 ? (OpenClasses)((int)access * (int)OpenClasses.Creating) : access;
    }

    /// <summary>Whether the open of a regular file is left out.</summary>
    /// <param name="path">The path that the call was given.</param>
    /// <param name="flags">Its flags, in the driver's values.</param>
    public bool Has(ReadOnlySpan<byte> path, uint flags) =>
        !IsEmpty && IsPlain(path) && ClassOf(flags) is var open and not OpenClasses.None && (WantedOf(Encoding.Latin1.GetString(path)) & open) == 0;

    /// <summary>Whether what is left out here is left out by another as well.</summary>
    public bool IsWithin(OpensLeftOut other) =>
        IsEmpty || (!other.IsEmpty && wanted.Keys.Concat(other.wanted.Keys).All(beginning => (other.WantedOf(beginning) & ~WantedOf(beginning)) == OpenClasses.None));

    private static bool IsPlain(ReadOnlySpan<byte> path) =>
        path.Length is > 0 and < LongestPath - 1 && path[0] == '/' && path.IndexOf("//"u8) < 0 && path.IndexOf(".."u8) < 0 && path.IndexOf("./"u8) < 0;

    private OpenClasses WantedOf(string path)
    {
        for (var length = Math.Min(path.Length, longest); length > 0; length--)
        {
            if (wanted.TryGetValue(path[..length], out var classes))
            {
                return classes;
            }
        }

        return OpenClasses.All;
    }
}
