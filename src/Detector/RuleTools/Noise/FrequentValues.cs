namespace Saker.Detector.RuleTools.Noise;

/// <summary>A value, and how often it came.</summary>
/// <param name="Text">The value.</param>
/// <param name="AtLeast">How often it came at least.</param>
/// <param name="AtMost">How often it came at most; the same unless there were more values than are counted.</param>
internal readonly record struct FrequentValue(string Text, long AtLeast, long AtMost);

/// <summary>What all counters of a run may hold together.</summary>
/// <param name="values">Values.</param>
internal sealed class ValueBudget(int values)
{
    /// <summary>Takes the place of a value; false when there is none.</summary>
    public bool TryTake()
    {
        if (values == 0)
        {
            return false;
        }

        values--;
        return true;
    }
}

/// <summary>
/// Counts the most frequent of any number of values in bounded memory (Space-Saving): when all places are taken, a new value takes
/// that of the rarest and its count as a possible error. What came more often than one in <see cref="Places"/> is never missed.
/// </summary>
/// <param name="budget">What all counters may hold together.</param>
internal sealed class FrequentValues(ValueBudget budget)
{
    /// <summary>Values of a field that are counted at most.</summary>
    public const int Places = 128;

    private readonly Dictionary<string, (long Count, long Error)> counts = new(StringComparer.Ordinal);

    /// <summary>How many values were added.</summary>
    public long Total { get; private set; }

    /// <summary>Whether there were more values than places, so that counts are not exact.</summary>
    public bool IsEstimate { get; private set; }

    /// <summary>Different values that are counted.</summary>
    public int Distinct => counts.Count;

    /// <summary>Counts a value.</summary>
    public void Add(string value)
    {
        Total++;
        if (counts.TryGetValue(value, out var known))
        {
            counts[value] = known with { Count = known.Count + 1 };
        }
        else if (counts.Count < Places && budget.TryTake())
        {
            counts.Add(value, (1, 0));
        }
        else
        {
            IsEstimate = true;
            Replace(value);
        }
    }

    /// <summary>The most frequent values, the first the most.</summary>
    public IReadOnlyList<FrequentValue> Top(int count) =>
    [
        .. counts.OrderByDescending(static pair => pair.Value.Count - pair.Value.Error).ThenBy(static pair => pair.Key, StringComparer.Ordinal)
            .Take(count).Select(static pair => new FrequentValue(pair.Key, pair.Value.Count - pair.Value.Error, pair.Value.Count)),
    ];

    private void Replace(string value)
    {
        if (counts.Count == 0)
        {
            return; // no place was left for any
        }

        var rarest = counts.MinBy(static pair => pair.Value.Count);
        counts.Remove(rarest.Key);
        counts.Add(value, (rarest.Value.Count + 1, rarest.Value.Count));
    }
}
