using Saker.Settings;
using Saker.Text;

namespace Saker.Detector.Configuration;

/// <summary>
/// Separates the keys of a <c>falco.yaml</c> that this version knows from the others. Of those that Falco has, or once had, the ones
/// that change nothing are told in one line with the reason of each, and the ones that somebody may rely on in a sentence each. Keys that nobody has
/// are typing errors more often than not, and are named with their place. Values are made into what the options take.
/// </summary>
internal static class FalcoKeys
{
    // The words for truth of YAML 1.1, which Falco's library takes.
    private static readonly HashSet<string> True = Spellings("y", "yes", "on", "true");
    private static readonly HashSet<string> False = Spellings("n", "no", "off", "false");

    private static readonly Dictionary<string, OtherKey> Others = new(StringComparer.Ordinal)
    {
        ["buffered_outputs"] = OtherKey.Quiet("alerts are always written at once"),
        ["container_engines.cri.disable_async"] = OtherKey.ListedWhen(IsTrue, "runtimes are never asked on the way of events; alerts wait for them, up to container.hold_ms"),
        ["container_engines.log_level"] = OtherKey.Quiet("one log for all: log_level"),
        ["engine.ebpf"] = OtherKey.Quiet("a driver that Saker does not have"),
        ["engine.gvisor"] = OtherKey.Quiet("a driver that Saker does not have"),
        ["engine.kmod"] = OtherKey.Quiet("a driver that Saker does not have yet"),
        ["engine.modern_ebpf.disable_iterators"] = OtherKey.Listed("threads are read from /proc, without iterators of BPF"),
        ["falco_libs.thread_table_auto_purging_interval_s"] = OtherKey.Listed("threads are corrected after each loss of events, not by the clock"),
        ["falco_libs.thread_table_auto_purging_thread_timeout_s"] = OtherKey.Listed("threads are corrected after each loss of events, not by the clock"),
        ["libs_logger"] = OtherKey.ListedWhen(IsEnabled, "one log for all: log_level"),
        ["metadata_download"] = OtherKey.Listed("kubernetes_metadata asks for what it needs alone"),
        ["metrics.jemalloc_stats_enabled"] = OtherKey.ListedWhen(IsTrue, "memory is .NET's, not jemalloc's; resource_utilization_enabled shows it"),
        ["metrics.kernel_event_counters_per_cpu_enabled"] = OtherKey.ListedWhen(IsTrue, "the counters of all CPUs are shown as one sum"),
        ["metrics.kernel_iter_event_counters_enabled"] = OtherKey.ListedWhen(IsTrue, "there are no iterators of BPF"),
        ["metrics.libbpf_stats_enabled"] = OtherKey.ListedWhen(IsTrue, "wants kernel.bpf_stats_enabled, which slows all programs of BPF down; bpftool prog shows the same"),
        ["metrics.plugins_metrics_enabled"] = OtherKey.ListedWhen(IsTrue, "no plugin is loaded"),
        ["outputs"] = OtherKey.Told(IsLimited, "Alerts are not limited to a rate, so that none is lost; the outputs' queues are bounded (outputs_queue.capacity)."),
        ["outputs_queue.recovery"] = OtherKey.Listed("what a queue cannot take is kept on disk with outputs_spool, and is counted otherwise"),
        ["plugins_hostinfo"] = OtherKey.ListedWhen(IsTrue, "no plugin is loaded"),
        ["syscall_event_timeouts"] = OtherKey.Listed("a quiet machine is no fault; metrics show how many events come"),
        ["webserver.k8s_audit_endpoint"] = OtherKey.Listed("audit events are a source of their own, which is not there yet"),
    };

    /// <summary>Falco's keys that are known and have no option here, and why.</summary>
    public static IReadOnlyList<(string Path, string Reason)> WithoutOption =>
        [.. Others.OrderBy(static other => other.Key, StringComparer.Ordinal).Select(static other => (other.Key, other.Value.Reason))];

    /// <summary>The part of <paramref name="map"/> that <paramref name="schema"/> knows; the rest is told.</summary>
    /// <param name="schema">The options.</param>
    /// <param name="map">What the file, its includes and the command line say.</param>
    /// <param name="file">The file, for what concerns it as a whole.</param>
    /// <param name="faults">Gets what there is to say.</param>
    public static ConfigMap Separate(OptionSchema schema, ConfigMap map, string file, ConfigFaults faults)
    {
        var separation = new Separation(faults);
        var known = separation.Known(schema, FalcoPlugins.TakeOut(map, faults), "");
        if (separation.WithoutEffect.Count > 0)
        {
            var keys = string.Join(", ", separation.WithoutEffect.Order(StringComparer.Ordinal));
            faults.Warning(ConfigSource.WholeFile(file), "", $"Without effect in this version: {keys}.");
        }

        return known;
    }

    private static bool IsTrue(ConfigNode node) => node is ConfigScalar scalar && Bool(scalar) == true;

    private static bool IsEnabled(ConfigNode node) => node is ConfigMap map && map.Find("enabled")?.Value is { } enabled && IsTrue(enabled);

    private static bool IsLimited(ConfigNode node) => node is ConfigMap map && map.Find("rate")?.Value is ConfigScalar { Text: not ("" or "0") };

    private static bool? Bool(ConfigScalar scalar) => True.Contains(scalar.Text) ? true : False.Contains(scalar.Text) ? false : null;

    // In lower case, in upper case, and with a capital.
    private static HashSet<string> Spellings(params string[] words) =>
        [.. words.SelectMany(static word => (string[])[word, word.ToUpperInvariant(), char.ToUpperInvariant(word[0]) + word[1..]])];

    /// <summary>A key of Falco's that has no option here.</summary>
    /// <param name="Matters">Whether a value of it is worth a word.</param>
    /// <param name="Reason">Why it has none, or what it would take.</param>
    /// <param name="IsSentence">Whether the reason is said for itself, and not beside the others.</param>
    private sealed record OtherKey(Func<ConfigNode, bool> Matters, string Reason, bool IsSentence = false)
    {
        public static OtherKey Quiet(string reason) => new(static _ => false, reason);

        public static OtherKey Listed(string reason) => new(static _ => true, reason);

        public static OtherKey ListedWhen(Func<ConfigNode, bool> matters, string reason) => new(matters, reason);

        public static OtherKey Told(Func<ConfigNode, bool> matters, string sentence) => new(matters, sentence, IsSentence: true);
    }

    private sealed class Separation(ConfigFaults faults)
    {
        public HashSet<string> WithoutEffect { get; } = new(StringComparer.Ordinal);

        public ConfigMap Known(OptionSchema schema, ConfigMap map, string path)
        {
            var known = new List<ConfigEntry>();
            foreach (var entry in map.Entries)
            {
                var keyPath = OptionsBinder.Join(path, entry.Key);
                if (schema.Find(entry.Key) is { } key)
                {
                    known.Add(new ConfigEntry(entry.Key, entry.KeySource, Value(key, entry.Value, keyPath)));
                }
                else if (Others.TryGetValue(keyPath, out var other))
                {
                    Tell(other, entry, keyPath);
                }
                else
                {
                    faults.Warning(entry.KeySource, keyPath, $"There is no such key; it has no effect{NearestWord.Hint(entry.Key, schema.Keys.Select(static key => key.Name))}");
                }
            }

            return new ConfigMap(known, map.Source);
        }

        private void Tell(OtherKey other, ConfigEntry entry, string path)
        {
            if (!other.Matters(entry.Value))
            {
                return;
            }

            if (other.IsSentence)
            {
                faults.Warning(entry.KeySource, path, other.Reason);
            }
            else
            {
                WithoutEffect.Add($"{path} ({other.Reason})");
            }
        }

        private ConfigNode Value(OptionKey key, ConfigNode value, string path) => (key.Kind, value) switch
        {
            (OptionKind.Section, ConfigMap map) => Known(key.Section, map, path),
            // The binder names what no item of such a list may have, with its place in the list.
            (OptionKind.Sections, ConfigList list) => new ConfigList([.. Items(list).Select(item => item is ConfigMap map ? Converted(key.Section, map) : item)], list.Source),
            (OptionKind.List, ConfigList list) => new ConfigList([.. Items(list)], list.Source),
            (OptionKind.Scalar, ConfigScalar scalar) when key.ValueType == typeof(bool) && Bool(scalar) is { } truth => new ConfigScalar(truth ? "true" : "false", scalar.Source),
            _ => value,
        };

        private ConfigMap Converted(OptionSchema schema, ConfigMap map) =>
            new([.. map.Entries.Select(entry => schema.Find(entry.Key) is { Kind: OptionKind.Scalar } key ? new ConfigEntry(entry.Key, entry.KeySource, Value(key, entry.Value, "")) : entry)], map.Source);

        // A dash with nothing behind it.
        private static IEnumerable<ConfigNode> Items(ConfigList list) => list.Items.Where(static item => item is not ConfigScalar { IsNull: true });
    }
}
