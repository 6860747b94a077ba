using Saker.Settings;
using Saker.Text;

namespace Saker.Detector.Configuration;

/// <summary>
/// Falco's <c>config_files</c>: further files, and folders of files, whose keys are put into those of the main file. Each goes by its
/// strategy: <c>append</c> (lists grow, other keys are replaced), <c>override</c> (keys are replaced), <c>add-only</c> (only keys that are
/// not there yet). A file that is not there is passed over, as by Falco.
/// </summary>
internal static class ConfigIncludes
{
    /// <summary>The key that names the files.</summary>
    public const string Key = "config_files";

    private const string Append = "append";
    private const string Override = "override";
    private const string AddOnly = "add-only";
    private static readonly string[] Strategies = [Append, Override, AddOnly];

    /// <summary>The main file's keys with those of the files that it names, in their order.</summary>
    /// <param name="main">The keys of the main file.</param>
    /// <param name="file">The main file's path.</param>
    /// <param name="read">Reads a further file.</param>
    /// <param name="faults">Gets what is wrong.</param>
    /// <param name="files">Gets the files that were read.</param>
    /// <param name="named">Gets the files and folders that the main file names, whether they are there or not.</param>
    public static ConfigMap Merge(ConfigMap main, string file, Func<string, ConfigMap> read, ConfigFaults faults, ICollection<string> files, ICollection<string> named)
    {
        if (main.Find(Key) is not { } entry)
        {
            return main;
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/";
        var merged = new ConfigMap([.. main.Entries.Where(static other => other.Key != Key)], main.Source);
        foreach (var item in entry.Value is ConfigList list ? list.Items : [entry.Value])
        {
            if (Read(item, faults) is not { } include)
            {
                continue;
            }

            var chosen = Path.GetFullPath(include.Path, folder);
            named.Add(chosen);
            foreach (var path in Listed(chosen, reason => faults.Error(item.Source, Key, $"The folder '{chosen}' cannot be read: {reason}")))
            {
                if (Path.GetFullPath(path) == Path.GetFullPath(file))
                {
                    faults.Error(item.Source, Key, "The configuration file names itself; name others only.");
                    continue;
                }

                files.Add(path);
                merged = Put(merged, read(path), include.Strategy, faults);
            }
        }

        return merged;
    }

    private static (string Path, string Strategy)? Read(ConfigNode item, ConfigFaults faults)
    {
        if (OptionsBinder.IsEmpty(item))
        {
            return null;
        }

        var path = item is ConfigMap map ? map.Find("path")?.Value : item;
        if (path is not ConfigScalar { Text.Length: > 0 } text)
        {
            faults.Error(item.Source, Key, "A path belongs here, or 'path:' and 'strategy:' below it.");
            return null;
        }

        var strategy = (item as ConfigMap)?.Find("strategy")?.Value is ConfigScalar { Text.Length: > 0 } named ? named.Text : Append;
        if (Strategies.Contains(strategy, StringComparer.Ordinal))
        {
            return (text.Text, strategy);
        }

        faults.Error(item.Source, $"{Key}.strategy", $"'{strategy}' is not one of {string.Join(", ", Strategies)}{NearestWord.Hint(strategy, Strategies)}");
        return null;
    }

    /// <summary>The files that a path stands for now: those in a folder, or the file itself, or none.</summary>
    public static IEnumerable<string> Expand(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path).Order(StringComparer.Ordinal)
        : File.Exists(path) ? [path]
        : [];

    private static IReadOnlyList<string> Listed(string path, Action<string> fault)
    {
        try
        {
            return [.. Expand(path)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            fault(exception.Message);
            return [];
        }
    }

    private static ConfigMap Put(ConfigMap into, ConfigMap from, string strategy, ConfigFaults faults)
    {
        foreach (var entry in from.Entries)
        {
            if (entry.Key == Key)
            {
                faults.Error(entry.KeySource, Key, "A file that is included includes no further ones; name them in the main file.");
                continue;
            }

            var present = into.Entries.FirstOrDefault(other => other.Key == entry.Key);
            if (present is not null && strategy == AddOnly)
            {
                continue;
            }

            var value = strategy == Append && present?.Value is ConfigList list && !OptionsBinder.IsEmpty(entry.Value)
                ? new ConfigList([.. list.Items, .. entry.Value is ConfigList more ? more.Items : [entry.Value]], entry.Value.Source)
                : entry.Value;
            into = new ConfigMap([.. into.Entries.Where(other => other != present), new ConfigEntry(entry.Key, entry.KeySource, value)], into.Source);
        }

        return into;
    }
}
