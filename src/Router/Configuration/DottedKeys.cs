using Saker.Settings;

namespace Saker.Router.Configuration;

/// <summary>Takes <c>section.key: value</c> at the top of a file for <c>section: {key: value}</c>, as Falcosidekick does.</summary>
internal static class DottedKeys
{
    public static ConfigMap Expand(ConfigMap map, Predicate<string> isSection)
    {
        if (!map.Entries.Any(entry => IsDotted(entry, isSection)))
        {
            return map;
        }

        var entries = new List<ConfigEntry>();
        foreach (var entry in map.Entries)
        {
            Add(entries, IsDotted(entry, isSection) ? Nested(entry) : entry);
        }

        return new ConfigMap(entries, map.Source);
    }

    private static bool IsDotted(ConfigEntry entry, Predicate<string> isSection) =>
        entry.Key.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 && isSection(entry.Key[..dot]);

    private static ConfigEntry Nested(ConfigEntry entry)
    {
        var dot = entry.Key.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0)
        {
            return entry;
        }

        var inner = Nested(new ConfigEntry(entry.Key[(dot + 1)..], entry.KeySource, entry.Value));
        return new ConfigEntry(entry.Key[..dot], entry.KeySource, new ConfigMap([inner], entry.KeySource));
    }

    private static void Add(List<ConfigEntry> entries, ConfigEntry added)
    {
        var index = entries.FindIndex(entry => string.Equals(entry.Key, added.Key, StringComparison.OrdinalIgnoreCase));
        if (index < 0 || entries[index].Value is not ConfigMap present || added.Value is not ConfigMap more)
        {
            entries.Add(added);
            return;
        }

        var merged = new List<ConfigEntry>(present.Entries);
        foreach (var entry in more.Entries)
        {
            Add(merged, entry);
        }

        entries[index] = new ConfigEntry(entries[index].Key, entries[index].KeySource, new ConfigMap(merged, present.Source));
    }
}
