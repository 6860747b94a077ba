using System.Globalization;
using Saker.Settings;
using Saker.Text;

namespace Saker.Detector.RuleTools.Scenes;

/// <summary>A map of a file that people write by hand: hands out its keys, and names those that nobody asked for.</summary>
/// <param name="map">The map.</param>
/// <param name="path">Its path in the file; empty at the top.</param>
/// <param name="faults">Gets what is wrong.</param>
internal sealed class Section(ConfigMap map, string path, ConfigFaults faults)
{
    // So that texts fit into events, whose values have at most 64 KiB.
    private const int MaxCharacters = 16_000;

    private readonly List<string> known = [];

    /// <summary>Its path in the file.</summary>
    public string Path => path;

    /// <summary>Where it begins.</summary>
    public ConfigSource Source => map.Source;

    /// <summary>Gets what is wrong.</summary>
    public ConfigFaults Faults => faults;

    /// <summary>The value of a key; null when the key is not there, or has no value.</summary>
    public ConfigNode? Find(string key)
    {
        known.Add(key);
        return map.Find(key)?.Value is { } node and not ConfigScalar { IsNull: true } ? node : null;
    }

    /// <summary>Whether a key is there, with or without a value.</summary>
    public bool Has(string key) => map.Find(key) is not null;

    /// <summary>The text of a key; null when it is not there.</summary>
    public string? Text(string key) => Scalar(key)?.Text;

    /// <summary>The text of a key that must be there; null after a fault.</summary>
    public string? Required(string key, string cure)
    {
        if (Find(key) is null)
        {
            faults.Error(Source, Join(key), $"This must be set: {cure}");
            return null;
        }

        return Text(key);
    }

    /// <summary>A number; null when it is not there.</summary>
    public long? Number(string key, long least, long most)
    {
        if (Scalar(key) is not { } scalar)
        {
            return null;
        }

        if (long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        faults.Error(scalar.Source, Join(key), $"'{scalar.Text}' is no whole number from {least} to {most}.");
        return null;
    }

    /// <summary>A truth value; false when it is not there.</summary>
    public bool Flag(string key)
    {
        if (Scalar(key) is not { } scalar)
        {
            return false;
        }

        if (bool.TryParse(scalar.Text, out var flag))
        {
            return flag;
        }

        faults.Error(scalar.Source, Join(key), $"'{scalar.Text}' is neither true nor false.");
        return false;
    }

    /// <summary>Texts: a list of them, or one; null when the key is not there.</summary>
    public IReadOnlyList<ConfigScalar>? Texts(string key)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case ConfigScalar scalar:
                return [scalar];
            case ConfigList list when list.Items.All(static item => item is ConfigScalar { IsNull: false }):
                return [.. list.Items.Cast<ConfigScalar>()];
            case var other:
                faults.Error(other.Source, Join(key), "A text belongs here, or a list of texts.");
                return null;
        }
    }

    /// <summary>Texts under names: a map; empty when the key is not there.</summary>
    public IReadOnlyList<(ConfigEntry Entry, ConfigScalar Value)> Pairs(string key)
    {
        var node = Find(key);
        if (node is null)
        {
            return [];
        }

        if (node is not ConfigMap pairs)
        {
            faults.Error(node.Source, Join(key), "A map belongs here: names and values below it.");
            return [];
        }

        var all = new List<(ConfigEntry, ConfigScalar)>();
        foreach (var entry in pairs.Entries)
        {
            if (entry.Value is ConfigScalar scalar)
            {
                all.Add((entry, scalar));
            }
            else
            {
                faults.Error(entry.Value.Source, $"{Join(key)}.{entry.Key}", "One value belongs here.");
            }
        }

        return all;
    }

    /// <summary>The sections of a list; empty when the key is not there.</summary>
    public IReadOnlyList<Section> Sections(string key)
    {
        var node = Find(key);
        if (node is null)
        {
            return [];
        }

        if (node is not ConfigList list)
        {
            faults.Error(node.Source, Join(key), "A list of sections belongs here, each behind a '-'.");
            return [];
        }

        var all = new List<Section>();
        foreach (var (index, item) in list.Items.Index())
        {
            if (item is ConfigMap section)
            {
                all.Add(new Section(section, $"{Join(key)}[{index}]", faults));
            }
            else
            {
                faults.Error(item.Source, $"{Join(key)}[{index}]", "A section belongs here: keys and values below the '-'.");
            }
        }

        return all;
    }

    /// <summary>The path of a key.</summary>
    public string Join(string key) => OptionsBinder.Join(path, key);

    /// <summary>Tells a fault of a key.</summary>
    public void Fault(string key, string message) => faults.Error(map.Find(key)?.Value.Source ?? Source, Join(key), message);

    /// <summary>Tells the keys that nobody asked for.</summary>
    public void Finish()
    {
        foreach (var entry in map.Entries.Where(entry => !known.Contains(entry.Key, StringComparer.OrdinalIgnoreCase)))
        {
            faults.Error(entry.KeySource, Join(entry.Key), $"There is no such key{NearestWord.Hint(entry.Key, known)}");
        }
    }

    private ConfigScalar? Scalar(string key)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case ConfigScalar { Text.Length: > MaxCharacters } scalar:
                faults.Error(scalar.Source, Join(key), $"The text has {scalar.Text.Length} characters; at most {MaxCharacters} are possible.");
                return null;
            case ConfigScalar scalar:
                return scalar;
            case var other:
                faults.Error(other.Source, Join(key), $"One value belongs here, not a {(other is ConfigMap ? "map" : "list")}.");
                return null;
        }
    }
}
