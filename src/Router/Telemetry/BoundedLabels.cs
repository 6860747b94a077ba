using System.Collections.Concurrent;

namespace Saker.Router.Telemetry;

/// <summary>
/// Keeps the number of time series bounded, whatever senders put into their alerts: a value that comes after the bound is reached is
/// counted as <c>other</c>.
/// </summary>
internal sealed class BoundedLabels(int labels, int maxValues, int maxSeries)
{
    /// <summary>What stands for everything beyond the bounds.</summary>
    public const string Other = "other";

    /// <summary>Characters of a value. A rule's name may be of any length; a label is no place for it.</summary>
    public const int MaxLength = 256;

    private readonly ConcurrentDictionary<string, byte>[] values =
        [.. Enumerable.Range(0, labels).Select(static _ => new ConcurrentDictionary<string, byte>(StringComparer.Ordinal))];

    private readonly ConcurrentDictionary<string[], byte> series = new(SeriesComparer.Instance);

    /// <summary>Replaces values beyond the bounds in place.</summary>
    public void Fold(string[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i].Length <= MaxLength ? values[i] : Cut(values[i]);
            values[i] = Knows(this.values[i], value, maxValues) ? value : Other;
        }

        if (!Knows(series, values, maxSeries))
        {
            Array.Fill(values, Other);
        }
    }

    private static string Cut(string value) => value[..(char.IsHighSurrogate(value[MaxLength - 1]) ? MaxLength - 1 : MaxLength)];

    // Several threads may pass the bound at once; it is exceeded by their number at most.
    private static bool Knows<T>(ConcurrentDictionary<T, byte> known, T value, int max)
        where T : notnull
    {
        if (known.ContainsKey(value))
        {
            return true;
        }

        if (known.Count >= max)
        {
            return false;
        }

        known.TryAdd(value is string[] array ? (T)array.Clone() : value, 0);
        return true;
    }
}
