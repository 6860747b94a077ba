using System.Globalization;
using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>
/// Settings of the command line, as Falco's <c>-o</c> takes them: <c>json_output=true</c>, <c>http_output.url=http://…</c>,
/// <c>rules[].disable.rule=*</c> (a new item of a list), <c>append_output[0].suggested_output=true</c> (an item by its place, from 0),
/// <c>append_output[]={"extra_output": "…"}</c> (JSON for more than one value).
/// </summary>
internal static class SettingArguments
{
    private static readonly ConfigSource Source = ConfigSource.WholeFile("command line");

    /// <summary><paramref name="map"/> with the settings put in, each in place of what stood there.</summary>
    public static ConfigMap Apply(ConfigMap map, IReadOnlyList<string> settings, ConfigFaults faults)
    {
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                faults.Error(Source, setting, "This is no 'key=value', as in '-o json_output=true'.");
            }
            else
            {
                map = Set(map, setting[..equals].Split('.'), Value(setting[(equals + 1)..]));
            }
        }

        return map;
    }

    private static ConfigNode Value(string text) =>
        text is ['{' or '[', ..] && YamlConfigReader.Parse(Source.ToString(), text, new ConfigFaults()) is { } parsed and not ConfigScalar
            ? parsed
            : new ConfigScalar(text, Source);

    private static ConfigMap Set(ConfigMap map, ReadOnlySpan<string> path, ConfigNode value)
    {
        var (key, place) = Split(path[0]);
        var present = map.Find(key)?.Value;
        var node = place is null ? Below(present, path[1..], value) : SetItem(present, place.Value, path[1..], value);
        return new ConfigMap([.. map.Entries.Where(entry => entry.Key != key), new ConfigEntry(key, Source, node)], map.Source);
    }

    private static ConfigList SetItem(ConfigNode? present, int place, ReadOnlySpan<string> path, ConfigNode value)
    {
        var items = (present as ConfigList)?.Items.ToList() ?? [];
        if (place >= items.Count)
        {
            items.Add(Below(null, path, value));
        }
        else
        {
            items[place] = Below(items[place], path, value);
        }

        return new ConfigList(items, Source);
    }

    private static ConfigNode Below(ConfigNode? present, ReadOnlySpan<string> path, ConfigNode value) =>
        path.IsEmpty ? value : Set(present as ConfigMap ?? new ConfigMap([], Source), path, value);

    // A place behind the list's end is its end, as '[]' is.
    private static (string Key, int? Place) Split(string part)
    {
        var open = part.IndexOf('[', StringComparison.Ordinal);
        if (open <= 0 || part[^1] != ']')
        {
            return (part, null);
        }

        var place = part[(open + 1)..^1];
        if (place.Length == 0)
        {
            return (part[..open], int.MaxValue);
        }

        return int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? (part[..open], index) : (part, null);
    }
}
