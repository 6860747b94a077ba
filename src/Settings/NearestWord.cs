namespace Saker.Settings;

/// <summary>Finds what somebody probably meant.</summary>
internal static class NearestWord
{
    // A longer text is no typo of a key, and the table below grows with it.
    private const int MaxLength = 64;

    private const int MinBeginning = 3;

    /// <summary>The candidate with the fewest typing errors from <paramref name="word"/>, or null when none is near.</summary>
    public static string? Find(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > MaxLength)
        {
            return null;
        }

        var lower = word.ToLowerInvariant();
        string? best = null;
        var bestDistance = Math.Max(1, word.Length / 3) + 1;
        foreach (var candidate in candidates)
        {
            if (candidate.Length > MaxLength)
            {
                continue;
            }

            var distance = Distance(lower, candidate.ToLowerInvariant());
            if (distance < bestDistance)
            {
                best = candidate;
                bestDistance = distance;
            }
        }

        return best ?? SameBeginning(lower, candidates);
    }

    // 'warn' is no typo of 'warning', nor 'information' of 'info'; but one begins with the other, and with no second word.
    private static string? SameBeginning(string lower, IEnumerable<string> candidates)
    {
        if (lower.Length < MinBeginning)
        {
            return null;
        }

        var found = candidates.Where(candidate => candidate.StartsWith(lower, StringComparison.OrdinalIgnoreCase)
            || (candidate.Length >= MinBeginning && lower.StartsWith(candidate, StringComparison.OrdinalIgnoreCase))).Take(2).ToList();
        return found.Count == 1 ? found[0] : null;
    }

    /// <summary><c>"; did you mean 'x'?"</c>, or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> candidates) =>
        Find(word, candidates) is { } near ? $"; did you mean '{near}'?" : ".";

    // Insertions, deletions, substitutions, and swaps of neighbours (optimal string alignment).
    private static int Distance(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            table[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            table[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                var best = Math.Min(Math.Min(table[i - 1, j] + 1, table[i, j - 1] + 1), table[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    best = Math.Min(best, table[i - 2, j - 2] + 1);
                }

                table[i, j] = best;
            }
        }

        return table[a.Length, b.Length];
    }
}
