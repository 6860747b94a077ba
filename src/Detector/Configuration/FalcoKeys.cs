using Saker.Settings;
using Saker.Text;

namespace Saker.Detector.Configuration;

/// <summary>
/// Separates the keys of a <c>falco.yaml</c> that this version knows from the others, and names each of the others: those
/// that Falco has, and those that nobody has, which are typing errors more often than not.
/// </summary>
internal static class FalcoKeys
{
    // What config-schema.json of Falco 0.44 has beside our options.
    private static readonly HashSet<string> Later = new(StringComparer.Ordinal)
    {
        "buffer_format_base64", "capture", "config_files", "engine.kmod",
        "engine.modern_ebpf.disable_iterators", "falco_libs.thread_table_auto_purging_interval_s",
        "falco_libs.thread_table_auto_purging_thread_timeout_s", "http_output.ca_bundle", "http_output.ca_path",
        "http_output.compress_uploads", "http_output.echo", "http_output.max_consecutive_timeouts", "libs_logger",
        "load_plugins", "log_syslog", "metrics.jemalloc_stats_enabled", "metrics.kernel_event_counters_per_cpu_enabled",
        "metrics.kernel_iter_event_counters_enabled", "metrics.libbpf_stats_enabled", "metrics.output_file",
        "metrics.plugins_metrics_enabled", "output_timeout", "plugins", "plugins_hostinfo", "program_output", "rule_files",
        "static_fields", "syscall_event_timeouts", "syslog_output", "watch_config_files",
    };

    // Alerts are always written at once, so that there is nothing to choose.
    private const string WithoutChoice = "buffered_outputs";

    /// <summary>The part of <paramref name="map"/> that <paramref name="schema"/> knows.</summary>
    public static ConfigMap Separate(OptionSchema schema, ConfigMap map, ConfigFaults faults) => Separate(schema, map, "", faults);

    private static ConfigMap Separate(OptionSchema schema, ConfigMap map, string path, ConfigFaults faults)
    {
        var known = new List<ConfigEntry>();
        foreach (var entry in map.Entries)
        {
            var keyPath = OptionsBinder.Join(path, entry.Key);
            if (schema.Find(entry.Key) is not { } key)
            {
                Name(schema, entry, keyPath, faults);
            }
            else if (key.Kind == OptionKind.Section && entry.Value is ConfigMap section)
            {
                known.Add(new ConfigEntry(entry.Key, entry.KeySource, Separate(key.Section, section, keyPath, faults)));
            }
            else
            {
                known.Add(entry);
            }
        }

        return new ConfigMap(known, map.Source);
    }

    private static void Name(OptionSchema schema, ConfigEntry entry, string keyPath, ConfigFaults faults)
    {
        if (keyPath == WithoutChoice)
        {
            return;
        }

        if (Later.Contains(keyPath))
        {
            faults.Warning(entry.KeySource, keyPath, "Falco knows this key, this version of Saker does not; it has no effect.");
        }
        else
        {
            faults.Warning(entry.KeySource, keyPath, $"There is no such key; it has no effect{NearestWord.Hint(entry.Key, schema.Keys.Select(static key => key.Name))}");
        }
    }
}
