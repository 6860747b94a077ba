using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>
/// Falco's plugins, which this version does not load. The one that Falco comes with knows containers, and k8smeta knows pods, which is
/// done here without them: their settings go where ours are. Any other is named, for rules of its source will not work.
/// </summary>
internal static class FalcoPlugins
{
    private const string All = "plugins";
    private const string Loaded = "load_plugins";
    private const string Container = "container";
    private const string Kubernetes = "k8smeta";

    /// <summary>The map without the keys of plugins.</summary>
    public static ConfigMap TakeOut(ConfigMap map, ConfigFaults faults)
    {
        var chosen = map.Entries.FirstOrDefault(static entry => entry.Key == Loaded);
        var present = map.Entries.FirstOrDefault(static entry => entry.Key == All);
        // Without a choice Falco loads all that are described.
        var all = (chosen is not null ? Items(chosen.Value).Select(Text) : Items(present?.Value).Select(static item => Text((item as ConfigMap)?.Find("name")?.Value)))
            .Where(static name => name.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        var names = all.Where(static name => name is not (Container or Kubernetes)).ToList();
        if ((chosen ?? present) is { } entry && names.Count > 0)
        {
            faults.Warning(entry.KeySource, entry.Key, $"This version loads no plugins ({string.Join(", ", names)}); rules about their events are off.");
        }

        var rest = new ConfigMap([.. map.Entries.Where(static entry => entry.Key is not (All or Loaded))], map.Source);
        rest = ContainerPluginConfig.PutIn(rest, Described(present, Container), faults);
        return KubernetesPluginConfig.PutIn(rest, all.Contains(Kubernetes) ? Described(present, Kubernetes) : null, faults);
    }

    private static ConfigMap? Described(ConfigEntry? plugins, string name) =>
        Items(plugins?.Value).OfType<ConfigMap>().FirstOrDefault(item => Text(item.Find("name")?.Value) == name);

    private static IEnumerable<ConfigNode> Items(ConfigNode? node) => node is ConfigList list ? list.Items : node is null ? [] : [node];

    private static string Text(ConfigNode? node) => node is ConfigScalar scalar ? scalar.Text : "";
}
