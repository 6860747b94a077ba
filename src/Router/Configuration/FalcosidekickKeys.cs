using System.Collections.Frozen;
using Saker.Settings;
using Saker.Text;

namespace Saker.Router.Configuration;

/// <summary>
/// The keys of Falcosidekick's outputs, also of those that this version lacks and of the sections that hold several (<c>aws</c>,
/// <c>otlp</c>): a key that nobody would read is told, whether or not its output is on or there.
/// </summary>
internal static class FalcosidekickKeys
{
    private const string Resource = "Saker.Router.Configuration.falcosidekick-keys.tsv";
    private const string MapWord = "map";

    // A section's path in lower case, with its keys and whether each is a map of the user's own keys.
    private static readonly FrozenDictionary<string, Dictionary<string, bool>> Sections = Read();

    /// <summary>Tells every key below the outputs' sections that there is not.</summary>
    /// <param name="root">The file.</param>
    /// <param name="isBound">True for the type of an output that this version has, whose keys are checked when it is bound.</param>
    /// <param name="isGroup">True for a section whose own keys are checked when they are bound, and its outputs' sections here.</param>
    /// <param name="faults">Gets the faults.</param>
    public static void Check(ConfigMap root, Predicate<string> isBound, Predicate<string> isGroup, ConfigFaults faults)
    {
        foreach (var entry in root.Entries.Where(static entry => Sections.ContainsKey(entry.Key.ToLowerInvariant())))
        {
            CheckSection(entry, entry.Key.ToLowerInvariant(), isBound, isGroup, faults);
        }
    }

    private static void CheckSection(ConfigEntry section, string path, Predicate<string> isBound, Predicate<string> isGroup, ConfigFaults faults)
    {
        if (isBound(path) || OptionsBinder.IsEmpty(section.Value))
        {
            return;
        }

        if (section.Value is not ConfigMap map)
        {
            if (isGroup(path))
            {
                return;
            }

            faults.Error(section.Value.Source, path, "This is a section; put its keys below it, one a line.");
            return;
        }

        var keys = Sections[path];
        foreach (var entry in map.Entries)
        {
            var keyPath = $"{path}.{entry.Key}";
            if (Sections.ContainsKey(keyPath.ToLowerInvariant()))
            {
                CheckSection(entry, keyPath.ToLowerInvariant(), isBound, isGroup, faults);
            }
            else if (isGroup(path))
            {
                continue;
            }
            else if (!keys.TryGetValue(entry.Key, out var isMap))
            {
                faults.Error(entry.KeySource, keyPath, $"There is no such key{NearestWord.Hint(entry.Key, keys.Keys)}");
            }
            else if (!isMap && entry.Value is ConfigMap)
            {
                faults.Error(entry.Value.Source, keyPath, "One value belongs here, not a map.");
            }
        }
    }

    private static FrozenDictionary<string, Dictionary<string, bool>> Read()
    {
        using var stream = typeof(FalcosidekickKeys).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing.");
        using var reader = new StreamReader(stream);
        var sections = new Dictionary<string, Dictionary<string, bool>>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            var isMap = line[(tab + 1)..] == MapWord;
            for (var path = line[..tab]; path.LastIndexOf('.') is var dot and > 0; path = path[..dot])
            {
                if (!sections.TryGetValue(path[..dot], out var keys))
                {
                    sections.Add(path[..dot], keys = new Dictionary<string, bool>(StringComparer.OrdinalIgnoreCase));
                }

                keys.TryAdd(path[(dot + 1)..], isMap && path.Length == tab);
            }
        }

        return sections.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
