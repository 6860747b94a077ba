namespace Saker.Settings;

/// <summary>A setting as it is in effect, for a person to read.</summary>
/// <param name="Path">The key with its sections: <c>delivery.draintimeout</c>.</param>
/// <param name="Text">The value; stars for a secret.</param>
/// <param name="Source">Where it was written; null for a default.</param>
internal sealed record EffectiveValue(string Path, string Text, ConfigSource? Source)
{
    /// <summary>The entries of a map, as they were written.</summary>
    public ConfigMap? Entries { get; init; }

    /// <summary>Where an entry of the map was written; where the map was, when it has no place of its own.</summary>
    public ConfigSource? SourceOf(string entry) => Entries?.Entries.FirstOrDefault(one => one.Key == entry)?.KeySource ?? Source;
}
