using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>Settings of the command line, as Falco's <c>-o</c> takes them: <c>json_output=true</c>, <c>http_output.url=http://…</c>.</summary>
internal static class SettingArguments
{
    private static readonly ConfigSource Source = ConfigSource.WholeFile("command line");

    /// <summary><paramref name="map"/> with the settings put in, each in place of what stood there.</summary>
    public static ConfigMap Apply(ConfigMap map, IReadOnlyList<string> settings, ConfigFaults faults)
    {
        foreach (string setting in settings)
        {
            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                faults.Error(Source, setting, "This is no 'key=value', as in '-o json_output=true'.");
            else
                map = Set(map, setting[..equals].Split('.'), new ConfigScalar(setting[(equals + 1)..], Source));
        }
        return map;
    }

    private static ConfigMap Set(ConfigMap map, ReadOnlySpan<string> path, ConfigScalar value)
    {
        string key = path[0];
        var below = map.Find(key)?.Value as ConfigMap ?? new ConfigMap([], Source);
        ConfigNode node = path.Length == 1 ? value : Set(below, path[1..], value);
        return new ConfigMap([.. map.Entries.Where(entry => entry.Key != key), new ConfigEntry(key, Source, node)], map.Source);
    }
}
