using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>
/// Takes what is said to Falco's plugin k8smeta for a wish to have the Kubernetes API server asked: the plugin's fields are here, its
/// collector is not needed. Its <c>nodeName</c> is <c>kubernetes_metadata.node</c>.
/// </summary>
internal static class KubernetesPluginConfig
{
    private const string Section = "kubernetes_metadata";
    private const string NodeName = "nodeName";
    private static readonly string[] withoutEffect = ["collectorHostname", "collectorPort", "caPEMBundle", "verbosity", "hostProc"];

    /// <summary>The map with what the plugin's entry says put into the section. What the section says itself counts more.</summary>
    /// <param name="map">The whole file.</param>
    /// <param name="plugin">The plugin's entry; null where it is not loaded.</param>
    /// <param name="faults">Gets what there is to say.</param>
    public static ConfigMap PutIn(ConfigMap map, ConfigMap? plugin, ConfigFaults faults)
    {
        if (plugin is null)
        {
            return map;
        }

        var said = plugin.Find(ContainerPluginConfig.InitConfig)?.Value is { } config && !OptionsBinder.IsEmpty(config) ? ContainerPluginConfig.Read(config, faults) : null;
        Tell(plugin, said, faults);
        var present = map.Entries.FirstOrDefault(static entry => entry.Key == Section);
        if (present is { Value: not ConfigMap } && !OptionsBinder.IsEmpty(present.Value))
        {
            return map; // a fault of its own
        }

        var section = (present?.Value as ConfigMap)?.Entries ?? [];
        var moved = new List<ConfigEntry> { new("enabled", plugin.Source, new ConfigScalar("true", plugin.Source)) };
        if (said?.Entries.FirstOrDefault(static entry => entry.Key == NodeName) is { } node)
        {
            moved.Add(new ConfigEntry("node", node.KeySource, node.Value));
        }

        var merged = new ConfigMap([.. moved.Where(entry => section.All(own => own.Key != entry.Key)), .. section], present?.Value.Source ?? plugin.Source);
        return new ConfigMap(
            [.. map.Entries.Where(static entry => entry.Key != Section), new ConfigEntry(Section, present?.KeySource ?? plugin.Source, merged)], map.Source);
    }

    private static void Tell(ConfigMap plugin, ConfigMap? said, ConfigFaults faults)
    {
        var keys = said?.Entries.Select(static entry => entry.Key).Where(static key => key != NodeName).ToList() ?? [];
        var idle = keys.Where(key => withoutEffect.Contains(key)).ToList();
        faults.Warning(
            plugin.Source, "plugins.k8smeta",
            "The Kubernetes API server itself is asked for this plugin's fields (kubernetes_metadata), and no collector"
            + (idle.Count == 0 ? "." : $"; without effect: {string.Join(", ", idle)}."));
        foreach (var entry in said?.Entries.Where(entry => entry.Key != NodeName && !withoutEffect.Contains(entry.Key)) ?? [])
        {
            faults.Warning(entry.KeySource, $"{ContainerPluginConfig.InitConfig}.{entry.Key}", "The plugin k8smeta has no such key; it has no effect.");
        }
    }
}
