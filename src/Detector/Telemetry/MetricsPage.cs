using System.Globalization;
using Saker.Alerts;
using Saker.Detector.Configuration;
using Saker.Detector.Outputs;
using Saker.Detector.State;

namespace Saker.Detector.Telemetry;

/// <summary>
/// What <c>/metrics</c> shows: Falco's metrics under Falco's names, for everything that exists here; six short names for
/// dashboards of Saker's own; and what Falco has no name for, beginning with <c>saker_detector_</c>.
/// docs/reference/detector-metrics.md lists them.
/// </summary>
internal sealed class MetricsPage(MetricsOptions options, DetectorFacts facts, DetectorParts parts, TimeProvider clock)
{
    private readonly EngineMonitor monitor = parts.Monitor;
    private readonly IReadOnlyList<OutputQueue> outputs = parts.Outputs;

    /// <summary>The page as it is now.</summary>
    public async Task<string> WriteAsync(CancellationToken cancellationToken)
    {
        var engine = await monitor.ReadAsync(cancellationToken);
        var usage = ResourceUsage.Read();
        var text = new PrometheusText();
        WriteFacts(text);
        FreshnessMetrics.Write(text, parts.Reloads.State, parts.Followed());
        WriteOutputs(text);
        if (options.KernelEventCountersEnabled)
        {
            WriteKernel(text, engine);
        }

        if (options.StateCountersEnabled)
        {
            WriteState(text, engine);
            WriteContainers(text, engine.Containers);
            if (engine.Kubernetes is { } kubernetes)
            {
                KubernetesMetrics.Write(text, kubernetes);
            }
        }

        if (options.ResourceUtilizationEnabled)
        {
            WriteResources(text, usage);
        }

        if (options.RulesCountersEnabled)
        {
            WriteRules(text, engine);
        }

        if (engine.AddressNames is { } names)
        {
            text.Gauge("saker_detector_address_names", "Addresses of which a name is known.").Sample(names.Known);
            text.Counter("saker_detector_address_questions_total", "Addresses whose names were asked for.").Sample(names.Asked);
            text.Counter("saker_detector_address_questions_left_out_total", "Addresses whose names were not asked for since too many were known or waited.").Sample(names.LeftOut);
            text.Counter("saker_detector_address_names_absent_total", "How often a rule or an alert wanted the name of an address and there was none, or none yet.").Sample(names.Absent);
        }

        if (engine.Captures is { } captures)
        {
            WriteCaptures(text, captures);
        }

        WriteShort(text, engine, usage);
        text.Counter("saker_detector_alerts_total", "Alerts made.").Sample(engine.Alerts);
        return text.ToString();
    }

    private void WriteFacts(PrometheusText text)
    {
        text.Gauge("falcosecurity_falco_version_info", "The version of the detector.").Info(("version", DetectorFacts.Version));
        text.Gauge("falcosecurity_falco_kernel_release_info", "The kernel of the host.").Info(("kernel_release", facts.Machine.KernelRelease));
        text.Gauge("falcosecurity_evt_hostname_info", "The name that alerts give as hostname.").Info(("hostname", facts.Hostname));
        text.Gauge("falcosecurity_scap_engine_name_info", "Where events come from.").Info(("engine_name", monitor.EngineName), ("evt_source", monitor.StreamName));
        text.Gauge("falcosecurity_falco_sha256_rules_files_info", "The rule files that were loaded.");
        foreach (var (name, hash) in facts.RuleFiles)
        {
            text.Info(("file_name", name), ("sha256", hash));
        }

        text.Gauge("falcosecurity_falco_sha256_config_files_info", "The configuration file that was loaded.");
        foreach (var (name, hash) in facts.ConfigFiles)
        {
            text.Info(("file_name", name), ("sha256", hash));
        }

        var started = DetectorFacts.Nanoseconds(facts.Started);
        text.Gauge("falcosecurity_falco_start_timestamp_nanoseconds", "When the detector started, since 1970.").Sample(started);
        text.Gauge("falcosecurity_falco_reload_timestamp_nanoseconds", "When the rules were loaded, since 1970.").Sample(DetectorFacts.Nanoseconds(facts.Loaded));
        text.Gauge("falcosecurity_falco_host_boot_timestamp_nanoseconds", "When the host started, since 1970.").Sample(facts.Machine.BootSeconds * 1_000_000_000);
        text.Gauge("falcosecurity_falco_host_num_cpus_total", "CPUs of the host.").Sample(facts.Machine.Cpus);
        text.Counter("falcosecurity_falco_duration_seconds_total", "Seconds that the detector runs.").Sample((long)(clock.GetUtcNow() - facts.Started).TotalSeconds);
    }

    private void WriteOutputs(PrometheusText text)
    {
        text.Counter("falcosecurity_falco_outputs_queue_num_drops_total", "Alerts dropped since an output's queue was full, over all outputs.")
            .Sample(outputs.Sum(static output => output.Dropped));
        text.Counter("saker_detector_output_alerts_total", "Alerts by output and by what became of them.");
        foreach (var output in outputs)
        {
            text.Sample(output.Written, ("output", output.Name), ("outcome", "written"));
            text.Sample(output.Failed, ("output", output.Name), ("outcome", "failed"));
            text.Sample(output.Dropped, ("output", output.Name), ("outcome", "dropped"));
        }

        text.Gauge("saker_detector_output_waiting_alerts", "Alerts that wait for an output.");
        foreach (var output in outputs)
        {
            text.Sample(output.Waiting, ("output", output.Name));
        }

        WriteSpools(text);
        text.Counter("saker_detector_output_restarts_total", "How often an output's program had to be started again, or its stream made anew.");
        foreach (var output in outputs)
        {
            text.Sample(output.Restarts, ("output", output.Name));
        }

        text.Gauge("saker_detector_output_failing", "1 while an output does not take alerts, or loses them.");
        foreach (var output in outputs)
        {
            text.Sample(output.IsFailing || output.IsDropping ? 1 : 0, ("output", output.Name));
        }
    }

    private void WriteSpools(PrometheusText text)
    {
        var spools = outputs.Where(static output => output.Spool is not null).Select(static output => (output.Name, Figures: output.Spool!.Value)).ToList();
        if (spools.Count == 0)
        {
            return;
        }

        Each(text.Gauge("saker_detector_spool_alerts", "Alerts that wait on disk for an output."), static figures => figures.Alerts);
        Each(text.Gauge("saker_detector_spool_bytes", "Bytes of an output's spool on disk."), static figures => figures.Bytes);
        Each(text.Counter("saker_detector_spool_dropped_total", "Alerts dropped since an output's spool was full; they are among those dropped for it."), static figures => figures.Dropped);
        Each(text.Counter("saker_detector_spool_cut_bytes_total", "Bytes of an output's spool that were no whole alert, and were cut off or passed over."), static figures => figures.CutBytes);
        Each(text.Counter("saker_detector_spool_damaged_total", "Damaged places in an output's spool: so many alerts at least are lost."), static figures => figures.Damaged);

        void Each(PrometheusText metric, Func<SpoolFigures, long> figure)
        {
            foreach (var (name, figures) in spools)
            {
                metric.Sample(figure(figures), ("output", name));
            }
        }
    }

    private static void WriteKernel(PrometheusText text, EngineSnapshot engine)
    {
        var source = engine.Source;
        text.Counter("falcosecurity_scap_n_evts_total", "Events that the driver saw and wanted.").Sample(source.Seen);
        text.Counter("falcosecurity_scap_n_drops_total", "Events that were lost in the kernel.").Sample(source.Dropped - source.DroppedBacklog);
        text.Counter("falcosecurity_scap_n_drops_max_event_size_total", "Events that were lost since they were too large.").Sample(source.DroppedTooLarge);
        text.Counter("falcosecurity_scap_n_drops_scratch_map_total", "Events that were lost to faults of the driver in the kernel.").Sample(source.DroppedOther);
        text.Counter("saker_detector_events_dropped_total", "Events that were lost, by cause.")
            .Sample(source.DroppedRingFull, ("cause", "ring_full"))
            .Sample(source.DroppedTooLarge, ("cause", "too_large"))
            .Sample(source.DroppedOther, ("cause", "kernel_fault"))
            .Sample(source.DroppedBusy, ("cause", "driver_busy"))
            .Sample(source.DroppedBacklog, ("cause", "backlog_full"))
            .Sample(engine.Malformed, ("cause", "malformed"));
        text.Counter("saker_detector_events_filtered_total", "Failed calls, and starts and ends of opens, that the driver left out, as no rule can match them.").Sample(source.Filtered);
        text.Counter("saker_detector_arguments_unreadable_total", "Texts of events that could not be read, and are absent.").Sample(source.UnreadableArguments);
        text.Counter("saker_detector_arguments_truncated_total", "Arguments of events that were cut to fit.").Sample(source.TruncatedArguments);
    }

    private static readonly (int Knowledge, string Reason)[] reasons =
    [
        ((int)ContainerKnowledge.Unasked, "too_many_questions"),
        ((int)ContainerKnowledge.Asked, "late_answer"),
        ((int)ContainerKnowledge.Unanswered, "not_found"),
        ((int)ContainerKnowledge.NobodyToAsk, "no_runtime"),
    ];

    private static void WriteState(PrometheusText text, EngineSnapshot engine)
    {
        text.Gauge("falcosecurity_scap_n_threads_total", "Threads that are known.").Sample(engine.Threads);
        text.Gauge("falcosecurity_scap_n_fds_total", "Descriptors that are known.").Sample(engine.Descriptors);
        text.Counter("falcosecurity_scap_n_drops_full_threadtable_total", "Threads that were not kept since the table was full.").Sample(engine.ThreadsLeftOut);
        text.Counter("falcosecurity_scap_n_failed_thread_lookups_total", "Threads that events named and that could not be found.").Sample(engine.ThreadsNotFound);
        text.Gauge("saker_detector_state_bytes", "Memory of the texts and descriptors that are known.").Sample(engine.StateBytes);
        text.Gauge("saker_detector_managed_heap_bytes", "Memory of the managed heap, as its last collection left it.").Sample(GC.GetGCMemoryInfo().HeapSizeBytes);
    }

    private static void WriteContainers(PrometheusText text, ContainerSnapshot containers)
    {
        text.Gauge("falcosecurity_plugins_container_n_containers_total", "Containers that a runtime has told of.").Sample(containers.Known);
        text.Gauge("falcosecurity_plugins_container_n_missing_container_images_total", "Containers that a runtime has told of without naming their image.").Sample(containers.WithoutImage);
        text.Gauge("saker_detector_containers", "Containers that were met or told of.").Sample(containers.Met);
        text.Counter("saker_detector_containers_left_out_total", "Containers that were not kept since the table was full.").Sample(containers.LeftOut);
        text.Counter("saker_detector_container_questions_total", "Containers that runtimes were asked for, since an event told of them first.").Sample(containers.Asked);
        text.Counter("saker_detector_container_questions_unanswered_total", "Containers that no runtime knew in time.").Sample(containers.NotFound);
        text.Gauge("saker_detector_events_held", "Events and alerts that wait for the record of their container.").Sample(containers.Holding);
        text.Counter("saker_detector_events_held_total", "Events that waited for the record of their container.").Sample(containers.Held);
        text.Counter("saker_detector_events_held_crowded_total", "Events that were decided before their time since too many waited.").Sample(containers.Crowded);
        var alerts = text.Counter("saker_detector_alerts_without_container_total", "Alerts that lack what a runtime would tell of their container, by reason.");
        foreach (var (knowledge, reason) in reasons)
        {
            alerts.Sample(knowledge < containers.AlertsWithout.Count ? containers.AlertsWithout[knowledge] : 0, ("reason", reason));
        }

        text.Counter("saker_detector_alerts_without_users_total", "Alerts of containers whose lists of users (user.name, group.name) were not there, by reason.")
            .Sample(containers.AlertsWithoutUsers, ("reason", "not_read"))
            .Sample(containers.AlertsBeforeUsers, ("reason", "late_answer"));
    }

    private static void WriteCaptures(PrometheusText text, CaptureSnapshot captures)
    {
        text.Counter("saker_detector_captures_total", "Captures around matches, by what became of them.")
            .Sample(captures.Written, ("outcome", "written"))
            .Sample(captures.Failed, ("outcome", "failed"))
            .Sample(captures.Refused, ("outcome", "refused"))
            .Sample(captures.Discarded, ("outcome", "discarded"));
        text.Counter("saker_detector_capture_events_total", "Events that were put into captures around matches.").Sample(captures.Events);
        text.Counter("saker_detector_capture_events_dropped_total", "Events that captures around matches lack since they did not fit into memory.").Sample(captures.EventsDropped);
        text.Counter("saker_detector_capture_files_removed_total", "Older captures that were removed to make room.").Sample(captures.Removed);
    }

    private void WriteResources(PrometheusText text, ResourceUsage usage)
    {
        text.Gauge("falcosecurity_falco_cpu_usage_ratio", "CPU time of the detector by its running time; 1 is one CPU in full use.").Sample(Math.Round(facts.CpuRatio(clock.GetUtcNow()), 6));
        Optional(text, "falcosecurity_falco_memory_rss_bytes", "Memory of the detector in RAM, rings included.", usage.ResidentBytes);
        Optional(text, "falcosecurity_falco_memory_vsz_bytes", "Address space of the detector.", usage.VirtualBytes);
        Optional(text, "falcosecurity_falco_memory_pss_bytes", "Memory of the detector in RAM, shared memory divided.", usage.ProportionalBytes);
        Optional(text, "falcosecurity_falco_container_memory_used_bytes", "Memory of the detector's container.", usage.ContainerBytes);
        Optional(text, "falcosecurity_falco_host_memory_used_bytes", "Memory of the host in use, without buffers and caches.", usage.HostUsedBytes);
        Optional(text, "falcosecurity_falco_host_open_fds_total", "Open file handles of the host.", usage.HostOpenFiles);
        Optional(text, "falcosecurity_falco_host_procs_running_total", "Processes of the host that can run.", usage.HostRunning);
        if (usage.HostCpuRatio is { } host)
        {
            text.Gauge("falcosecurity_falco_host_cpu_usage_ratio", "Share of the host's CPU time that was not idle, since its start.").Sample(Math.Round(host, 6));
        }
    }

    private void WriteRules(PrometheusText text, EngineSnapshot engine)
    {
        text.Counter("falcosecurity_falco_rules_matches_total", "Events that a rule matched.");
        for (var i = 0; i < engine.Matches.Count; i++)
        {
            if (engine.Matches[i] == 0 && !options.IncludeEmptyValues)
            {
                continue;
            }

            var rule = monitor.Rules[i];
            var labels = new List<(string, string)>
            {
                ("priority", ((int)rule.Priority).ToString(CultureInfo.InvariantCulture)), ("rule_name", rule.Name), ("source", rule.Source),
            };
            labels.AddRange(rule.Tags.Select(static tag => (PrometheusText.LabelName("tag_" + tag), "true")).Distinct());
            text.Sample(engine.Matches[i], [.. labels]);
        }
    }

    private void WriteShort(PrometheusText text, EngineSnapshot engine, ResourceUsage usage)
    {
        text.Counter("falco_events_total", "Events that passed through the rules.").Sample(engine.Events);
        text.Gauge("falco_events_rate_sec", "Events per second, over the second before.").Sample(Math.Round(engine.EventsPerSecond, 3));
        text.Counter("falco_events_dropped", "Events that were lost, whatever the cause.").Sample(engine.Source.Dropped + engine.Malformed);
        text.Counter("falco_rules_matches_total", "Events that a rule matched.");
        for (var i = 0; i < engine.Matches.Count; i++)
        {
            var rule = monitor.Rules[i];
            text.Sample(engine.Matches[i], ("rule", rule.Name), ("priority", rule.Priority.Word()), ("source", rule.Source));
        }

        Optional(text, "falco_memory_rss_bytes", "Memory of the detector in RAM, rings included.", usage.ResidentBytes);
        text.Gauge("falco_cpu_usage_ratio", "CPU time of the detector, over the second before; 1 is one CPU in full use.").Sample(Math.Round(engine.CpuRatio, 6));
    }

    private static void Optional(PrometheusText text, string name, string help, long? value)
    {
        if (value is { } known)
        {
            text.Gauge(name, help).Sample(known);
        }
    }
}
