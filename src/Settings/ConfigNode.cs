namespace Saker.Settings;

/// <summary>
/// A value as it was written, with its place. Classes and not records: a record's <c>ToString</c> would print values,
/// and any value may be a secret.
/// </summary>
internal abstract class ConfigNode(ConfigSource source)
{
    public ConfigSource Source { get; } = source;
}

/// <summary>A text exactly as written (<c>0123</c> stays <c>0123</c>), or nothing (<c>~</c>, <c>null</c>, an empty value).</summary>
internal sealed class ConfigScalar(string text, ConfigSource source, bool isNull = false, bool isPlain = false) : ConfigNode(source)
{
    public string Text { get; } = text;

    public bool IsNull { get; } = isNull;

    /// <summary>The content of a file, which is a value as it stands: nothing is put into it.</summary>
    public bool IsContent { get; init; }

    /// <summary>Written in a file without quotes, so that other readers of YAML may take it for a number or a truth value.</summary>
    public bool IsPlain { get; } = isPlain;
}

internal sealed class ConfigList(IReadOnlyList<ConfigNode> items, ConfigSource source) : ConfigNode(source)
{
    public IReadOnlyList<ConfigNode> Items { get; } = items;
}

/// <summary>Entries in the order of the file, keys in the case in which they were written.</summary>
internal sealed class ConfigMap(IReadOnlyList<ConfigEntry> entries, ConfigSource source) : ConfigNode(source)
{
    public IReadOnlyList<ConfigEntry> Entries { get; } = entries;

    /// <summary>The entry of that name without regard to case, as section and option names are compared.</summary>
    public ConfigEntry? Find(string key) =>
        Entries.FirstOrDefault(entry => string.Equals(entry.Key, key, StringComparison.OrdinalIgnoreCase));
}

internal sealed class ConfigEntry(string key, ConfigSource keySource, ConfigNode value)
{
    public string Key { get; } = key;

    public ConfigSource KeySource { get; } = keySource;

    public ConfigNode Value { get; } = value;
}
