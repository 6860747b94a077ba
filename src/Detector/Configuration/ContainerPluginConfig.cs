using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>
/// Brings what is said to Falco's container plugin to where older versions of Falco have it, which is where our options are: the engines
/// of its <c>init_config</c> are <c>container_engines.docker</c> and so on, the rest is <c>container_engines.label_max_len</c> and so on.
/// </summary>
internal static class ContainerPluginConfig
{
    /// <summary>The key of a plugin's entry that its own settings are below.</summary>
    public const string InitConfig = "init_config";

    private const string Section = "container_engines";
    private const string Engines = "engines";

    /// <summary>The map with what the plugin's entry says put into the section. What both say is taken from the plugin, as newer Falcos do.</summary>
    /// <param name="map">The whole file.</param>
    /// <param name="plugin">The plugin's entry; null without one.</param>
    /// <param name="faults">Gets what is wrong.</param>
    public static ConfigMap PutIn(ConfigMap map, ConfigMap? plugin, ConfigFaults faults)
    {
        if (plugin?.Find(InitConfig)?.Value is not { } config || OptionsBinder.IsEmpty(config) || Read(config, faults) is not { } said)
        {
            return map;
        }

        var moved = new ConfigMap([.. said.Entries.SelectMany(entry => Moved(entry, faults))], said.Source);
        var present = map.Entries.FirstOrDefault(static entry => entry.Key == Section);
        var merged = present?.Value is ConfigMap section ? Merged(section, moved) : moved;
        return new ConfigMap(
            [.. map.Entries.Where(static entry => entry.Key != Section), new ConfigEntry(Section, present?.KeySource ?? said.Source, merged)], map.Source);
    }

    /// <summary>What is said to a plugin, which takes a map, or the same as a text of JSON; null after a fault.</summary>
    public static ConfigMap? Read(ConfigNode config, ConfigFaults faults)
    {
        if (config is ConfigMap map)
        {
            return map;
        }

        if (config is ConfigScalar scalar && YamlConfigReader.Parse(scalar.Source.ToString(), scalar.Text, new ConfigFaults()) is ConfigMap { Entries.Count: > 0 } parsed)
        {
            return (ConfigMap)At(parsed, scalar.Source);
        }

        faults.Error(config.Source, InitConfig, "A map belongs here, or a JSON object as a text.");
        return null;
    }

    private static IEnumerable<ConfigEntry> Moved(ConfigEntry entry, ConfigFaults faults)
    {
        if (entry.Key != Engines || OptionsBinder.IsEmpty(entry.Value))
        {
            return entry.Key == Engines ? [] : [entry];
        }

        if (entry.Value is ConfigMap engines)
        {
            return engines.Entries;
        }

        faults.Error(entry.Value.Source, $"{InitConfig}.{Engines}", "This is a section; put the engines below it, one a line.");
        return [];
    }

    private static ConfigMap Merged(ConfigMap below, ConfigMap above)
    {
        var entries = below.Entries.Where(entry => above.Entries.All(other => other.Key != entry.Key)).ToList();
        foreach (var entry in above.Entries)
        {
            entries.Add(entry.Value is ConfigMap upper && below.Entries.FirstOrDefault(other => other.Key == entry.Key)?.Value is ConfigMap lower
                ? new ConfigEntry(entry.Key, entry.KeySource, Merged(lower, upper)) : entry);
        }

        return new ConfigMap(entries, above.Source);
    }

    // What a text holds stands where the text stands.
    private static ConfigNode At(ConfigNode node, ConfigSource source) => node switch
    {
        ConfigMap map => new ConfigMap([.. map.Entries.Select(entry => new ConfigEntry(entry.Key, source, At(entry.Value, source)))], source),
        ConfigList list => new ConfigList([.. list.Items.Select(item => At(item, source))], source),
        _ => new ConfigScalar(((ConfigScalar)node).Text, source, ((ConfigScalar)node).IsNull),
    };
}
