namespace Saker.Conditions.Runtime;

/// <summary>
/// Matches whole values against a pattern with <c>*</c>, <c>?</c>, <c>[…]</c> and <c>\</c>, byte by byte. A <c>*</c> also
/// takes slashes. Time is at most the product of both lengths; nothing is allocated.
/// </summary>
internal static class GlobPattern
{
    /// <summary>True when the pattern has characters with a meaning.</summary>
    public static bool HasWildcards(ReadOnlySpan<byte> pattern) => pattern.IndexOfAny("*?["u8) >= 0;

    /// <summary>Matches a value.</summary>
    public static bool IsMatch(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> value, bool ignoreCase)
    {
        var p = 0;
        var v = 0;
        var starPattern = 0; // where the part behind the last star starts: never at 0
        var starValue = 0;
        while (v < value.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                starPattern = ++p;
                starValue = v;
            }
            else if (p < pattern.Length && MatchOne(pattern, p, value[v], ignoreCase, out var next))
            {
                p = next;
                v++;
            }
            else if (starPattern > 0)
            {
                p = starPattern;
                v = ++starValue;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }

    private static bool MatchOne(ReadOnlySpan<byte> pattern, int p, byte c, bool ignoreCase, out int next)
    {
        next = p + 1;
        switch (pattern[p])
        {
            case (byte)'?':
                return true;
            case (byte)'[' when FindSetEnd(pattern, p) is var end && end > 0:
                next = end + 1;
                return MatchSet(pattern[(p + 1)..end], c, ignoreCase);
            case (byte)'\\':
                next = p + 2;
                return p + 1 < pattern.Length && Fold(pattern[p + 1], ignoreCase) == Fold(c, ignoreCase);
            default:
                return Fold(pattern[p], ignoreCase) == Fold(c, ignoreCase);
        }
    }

    // 0 when there is none: then the opening bracket stands for itself. A bracket right after the start (or the negation) is a member.
    private static int FindSetEnd(ReadOnlySpan<byte> pattern, int start)
    {
        var i = start + 1;
        if (i < pattern.Length && pattern[i] is (byte)'!' or (byte)'^')
        {
            i++;
        }

        for (var first = true; i < pattern.Length; i++, first = false)
        {
            if (pattern[i] == ']' && !first)
            {
                return i;
            }

            if (pattern[i] == '\\')
            {
                i++;
            }
        }

        return 0;
    }

    private static bool MatchSet(ReadOnlySpan<byte> set, byte c, bool ignoreCase)
    {
        var negated = set[0] is (byte)'!' or (byte)'^';
        var folded = Fold(c, ignoreCase);
        var found = false;
        for (var i = negated ? 1 : 0; i < set.Length; i++)
        {
            var low = Member(set, ref i, ignoreCase);
            var high = low;
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                i += 2;
                high = Member(set, ref i, ignoreCase);
            }

            found |= folded >= low && folded <= high;
        }

        return found != negated;
    }

    private static byte Member(ReadOnlySpan<byte> set, ref int i, bool ignoreCase)
    {
        // A backslash is never the last of a set: the bracket behind it would not end the set.
        if (set[i] == '\\')
        {
            i++;
        }

        return Fold(set[i], ignoreCase);
    }

    private static byte Fold(byte c, bool ignoreCase) => ignoreCase && c is >= (byte)'A' and <= (byte)'Z' ? (byte)(c | 0x20) : c;
}
