using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>
/// Puts what older versions of Falco wrote in other places, and what it writes about other drivers, where this version looks for it.
/// What cannot mean anything here is an error: a detector that watches something else than its configuration says is worse than none.
/// </summary>
internal static class OlderKeys
{
    private const string Engine = "engine";
    private const string Modern = "modern_ebpf";

    // Of Falco before 0.38, which knew no section for each driver.
    private static readonly (string Section, string Key, string Now)[] Flat =
    [
        ("", "syscall_buf_size_preset", "buf_size_preset"),
        ("", "syscall_drop_failed_exit", "drop_failed_exit"),
        ("modern_bpf", "cpus_for_each_syscall_buffer", "cpus_for_each_buffer"),
    ];

    // Falco's other drivers for the same events, in the spellings of all versions.
    private static readonly string[] OtherDrivers = ["kmod", "module", "ebpf", "bpf", "modern_bpf", "auto"];

    /// <summary>The map as this version reads it.</summary>
    public static ConfigMap Apply(ConfigMap map, ConfigFaults faults) => Drivers(RuleFiles(map, faults), faults);

    private static ConfigMap RuleFiles(ConfigMap map, ConfigFaults faults)
    {
        const string old = "rules_file", now = "rules_files";
        if (Find(map, old) is not { } entry)
        {
            return map;
        }

        if (Find(map, now) is not null)
        {
            faults.Error(entry.KeySource, old, $"'{now}' is set too, and this is its older name; put all files below '{now}'.");
            return Without(map, old);
        }

        return With(Without(map, old), now, entry.Value, entry.KeySource);
    }

    private static ConfigMap Drivers(ConfigMap map, ConfigFaults faults)
    {
        var engine = Find(map, Engine)?.Value as ConfigMap;
        foreach (var (section, key, now) in Flat)
        {
            var holder = section.Length == 0 ? map : Find(map, section)?.Value as ConfigMap;
            if (holder is null || Find(holder, key) is not { } entry)
            {
                continue;
            }

            map = section.Length == 0 ? Without(map, key) : With(map, section, Without(holder, key), holder.Source);
            if (engine is not null)
            {
                faults.Warning(entry.KeySource, OptionsBinder.Join(section, key), $"This is the older form of 'engine.{Modern}.{now}', and has no effect beside a section 'engine'; write it there.");
                continue;
            }

            var settings = Find(Section(map, Engine), Modern)?.Value as ConfigMap ?? new ConfigMap([], entry.KeySource);
            map = With(map, Engine, With(Section(map, Engine), Modern, With(settings, now, entry.Value, entry.KeySource), entry.KeySource), entry.KeySource);
        }

        // A section that is left empty has said all it had to say.
        map = Find(map, "modern_bpf") is { Value: ConfigMap { Entries.Count: 0 } } ? Without(map, "modern_bpf") : map;
        return engine is null ? map : With(map, Engine, Kind(engine, faults), engine.Source);
    }

    private static ConfigMap Kind(ConfigMap engine, ConfigFaults faults)
    {
        if (Find(engine, "kind") is not { Value: ConfigScalar { Text.Length: > 0 } kind } entry)
        {
            return engine;
        }

        switch (kind.Text)
        {
            case "nodriver" or "none":
                faults.Error(kind.Source, "engine.kind", $"'{kind.Text}' watches plugins only, and this version has none; write '{Modern}'.");
                return Without(engine, "kind");
            case "gvisor":
                faults.Error(kind.Source, "engine.kind", $"This version cannot watch gVisor's sandboxes; write '{Modern}' to watch the host.");
                return Without(engine, "kind");
            case var other when OtherDrivers.Contains(other, StringComparer.Ordinal):
                faults.Warning(kind.Source, "engine.kind", $"This program has one driver for system calls, {Modern}; it is used in place of '{other}', with the same settings.");
                var settings = Find(engine, other)?.Value as ConfigMap;
                engine = With(engine, "kind", new ConfigScalar(Modern, kind.Source), entry.KeySource);
                return settings is null ? engine : With(Without(engine, other), Modern, Without(settings, "probe"), settings.Source);
            default:
                return engine;
        }
    }

    private static ConfigMap Section(ConfigMap map, string key) => Find(map, key)?.Value as ConfigMap ?? new ConfigMap([], map.Source);

    private static ConfigEntry? Find(ConfigMap map, string key) => map.Entries.FirstOrDefault(entry => entry.Key == key);

    private static ConfigMap Without(ConfigMap map, string key) => new([.. map.Entries.Where(entry => entry.Key != key)], map.Source);

    private static ConfigMap With(ConfigMap map, string key, ConfigNode value, ConfigSource source) =>
        new([.. map.Entries.Where(entry => entry.Key != key), new ConfigEntry(key, source, value)], map.Source);
}
