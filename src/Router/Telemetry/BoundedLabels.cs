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

    // A rule's name may be of any length; a label is no place for it.
    private const int MaxLength = 256;

    private readonly ConcurrentDictionary<string, byte>[] values =
        [.. Enumerable.Range(0, labels).Select(static _ => new ConcurrentDictionary<string, byte>(StringComparer.Ordinal))];

    private readonly ConcurrentDictionary<string[], byte> series = new(new SeriesComparer());

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

    private sealed class SeriesComparer : IEqualityComparer<string[]>
    {
        public bool Equals(string[]? x, string[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(string[] obj)
        {
            var hash = new HashCode();
            foreach (var value in obj)
            {
                hash.Add(value, StringComparer.Ordinal);
            }

            return hash.ToHashCode();
        }
    }
}
