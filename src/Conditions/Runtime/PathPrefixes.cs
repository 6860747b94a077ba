namespace Saker.Conditions.Runtime;

/// <summary>
/// The paths of a <c>pmatch</c>: a value matches when it is one of them or lies below one, part by part. A part may be a
/// glob pattern. Empty parts (double and trailing slashes) do not count.
/// </summary>
internal sealed class PathPrefixes
{
    private readonly byte[][][] paths;
    private readonly bool[][] globs;

    public PathPrefixes(IEnumerable<byte[]> prefixes)
    {
        paths = [.. prefixes.Select(Split)];
        globs = [.. paths.Select(static parts => parts.Select(static part => GlobPattern.HasWildcards(part)).ToArray())];
    }

    /// <summary>True when the value is one of the paths or lies below one.</summary>
    public bool IsMatch(ReadOnlySpan<byte> value)
    {
        for (var i = 0; i < paths.Length; i++)
        {
            if (IsMatch(paths[i], globs[i], value))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsMatch(byte[][] parts, bool[] wild, ReadOnlySpan<byte> rest)
    {
        for (var i = 0; i < parts.Length; i++)
        {
            rest = rest.TrimStart((byte)'/');
            var end = rest.IndexOf((byte)'/');
            var part = end < 0 ? rest : rest[..end];
            if (wild[i] ? part.IsEmpty || !GlobPattern.IsMatch(parts[i], part, ignoreCase: false) : !part.SequenceEqual(parts[i]))
            {
                return false;
            }

            rest = end < 0 ? default : rest[end..];
        }

        return true;
    }

    private static byte[][] Split(byte[] path)
    {
        var parts = new List<byte[]>();
        foreach (var range in path.AsSpan().Split((byte)'/'))
        {
            var (offset, length) = range.GetOffsetAndLength(path.Length);
            if (length > 0)
            {
                parts.Add(path[offset..(offset + length)]);
            }
        }

        return [.. parts];
    }
}
