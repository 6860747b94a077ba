namespace Saker.Router.Telemetry;

/// <summary>Compares the values of labels.</summary>
internal sealed class SeriesComparer : IEqualityComparer<string[]>
{
    /// <summary>The one instance.</summary>
    public static SeriesComparer Instance { get; } = new();

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
