using Saker.Detector.Configuration;

namespace Saker.Detector.Telemetry;

/// <summary>The figures of a snapshot under the names that Falco gives them in alerts. Values are long, double or string.</summary>
internal sealed class SnapshotFields(MetricsOptions options, DetectorFacts facts, EngineMonitor monitor)
{
    private readonly SortedDictionary<string, object> fields = new(StringComparer.Ordinal);

    /// <summary>The figures.</summary>
    /// <param name="engine">The engine's counters.</param>
    /// <param name="before">Those of the snapshot before.</param>
    /// <param name="usage">Memory and CPU.</param>
    /// <param name="now">The time of the snapshot.</param>
    /// <param name="since">The time since the snapshot before.</param>
    /// <param name="queueDrops">Alerts dropped by full queues.</param>
    public IReadOnlyDictionary<string, object> Of(
        EngineSnapshot engine, EngineSnapshot before, ResourceUsage usage, DateTimeOffset now, TimeSpan since, long queueDrops)
    {
        AddFacts(now);
        Add("falco.num_evts", engine.Events, always: true);
        Add("falco.num_evts_prev", before.Events, always: true);
        Add("falco.evts_rate_sec", Rate(engine.Events - before.Events, since), always: true);
        Add("falco.outputs_queue_num_drops", queueDrops, always: true);
        if (options.KernelEventCountersEnabled)
        {
            AddKernel(engine, before, since);
        }

        if (options.StateCountersEnabled)
        {
            Add("scap.n_threads", engine.Threads);
            Add("scap.n_fds", engine.Descriptors);
            Add("scap.n_drops_full_threadtable", engine.ThreadsLeftOut);
            Add("scap.n_failed_thread_lookups", engine.ThreadsNotFound);
        }

        if (options.ResourceUtilizationEnabled)
        {
            AddResources(usage, now);
        }

        if (options.RulesCountersEnabled)
        {
            Add("falco.rules.matches_total", engine.Matches.Sum());
            for (var i = 0; i < engine.Matches.Count; i++)
            {
                Add("falco.rules." + PrometheusText.LabelName(monitor.Rules[i].Name), engine.Matches[i]);
            }
        }

        return fields;
    }

    private void AddFacts(DateTimeOffset now)
    {
        fields["evt.time"] = DetectorFacts.Nanoseconds(now);
        fields["evt.source"] = monitor.StreamName;
        fields["evt.hostname"] = facts.Hostname;
        fields["falco.version"] = DetectorFacts.Version;
        fields["falco.kernel_release"] = facts.Machine.KernelRelease;
        fields["falco.start_ts"] = DetectorFacts.Nanoseconds(facts.Started);
        fields["falco.reload_ts"] = DetectorFacts.Nanoseconds(facts.Loaded);
        fields["falco.duration_sec"] = (long)(now - facts.Started).TotalSeconds;
        fields["falco.host_boot_ts"] = facts.Machine.BootSeconds * 1_000_000_000;
        fields["falco.host_num_cpus"] = (long)facts.Machine.Cpus;
        fields["scap.engine_name"] = monitor.EngineName;
        foreach (var (name, hash) in facts.ConfigFiles)
        {
            fields["falco.sha256_config_file." + PrometheusText.LabelName(name)] = hash;
        }

        foreach (var (name, hash) in facts.RuleFiles)
        {
            fields["falco.sha256_rules_file." + PrometheusText.LabelName(name)] = hash;
        }
    }

    private void AddKernel(EngineSnapshot engine, EngineSnapshot before, TimeSpan since)
    {
        var (source, old) = (engine.Source, before.Source);
        long seen = source.Seen - old.Seen, dropped = source.Dropped - old.Dropped;
        Add("scap.n_evts", source.Seen);
        Add("scap.n_evts_prev", old.Seen);
        Add("scap.evts_rate_sec", Rate(seen, since));
        Add("scap.n_drops", source.Dropped, always: true);
        Add("scap.n_drops_prev", old.Dropped, always: true);
        Add("scap.n_drops_perc", seen > 0 ? Math.Round(100.0 * dropped / seen, 3) : 0.0, always: true);
        Add("scap.evts_drop_rate_sec", Rate(dropped, since));
        Add("scap.n_drops_max_event_size", source.DroppedTooLarge);
        Add("scap.n_drops_scratch_map", source.DroppedOther);
    }

    private void AddResources(ResourceUsage usage, DateTimeOffset now)
    {
        fields["falco.cpu_usage_perc"] = Math.Round(100 * facts.CpuRatio(now), 1);
        if (usage.HostCpuRatio is { } host)
        {
            fields["falco.host_cpu_usage_perc"] = Math.Round(100 * host, 1);
        }

        AddMemory("falco.memory_rss", usage.ResidentBytes, "kb");
        AddMemory("falco.memory_vsz", usage.VirtualBytes, "kb");
        AddMemory("falco.memory_pss", usage.ProportionalBytes, "kb");
        AddMemory("falco.host_memory_used", usage.HostUsedBytes, "kb");
        AddMemory("falco.container_memory_used", usage.ContainerBytes, "bytes");
        if (usage.HostOpenFiles is { } files)
        {
            Add("falco.host_open_fds", files);
        }

        if (usage.HostRunning is { } running)
        {
            Add("falco.host_procs_running", running);
        }
    }

    private void AddMemory(string name, long? bytes, string otherUnit)
    {
        if (bytes is not { } known)
        {
            return;
        }

        if (options.ConvertMemoryToMb)
        {
            fields[name + "_mb"] = Math.Round(known / 1048576.0, 1);
        }
        else
        {
            fields[$"{name}_{otherUnit}"] = otherUnit == "kb" ? known / 1024 : known;
        }
    }

    private void Add(string name, long value, bool always = false)
    {
        if (value != 0 || always || options.IncludeEmptyValues)
        {
            fields[name] = value;
        }
    }

    private void Add(string name, double value, bool always = false)
    {
        if (value != 0 || always || options.IncludeEmptyValues)
        {
            fields[name] = value;
        }
    }

    private static double Rate(long count, TimeSpan time) => time > TimeSpan.Zero ? Math.Round(count / time.TotalSeconds, 1) : 0;
}
