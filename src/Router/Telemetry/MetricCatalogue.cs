namespace Saker.Router.Telemetry;

/// <summary>Every metric of the router but those of .NET, each defined once: the reference page is made of this list.</summary>
internal static class MetricCatalogue
{
    private const string Output = "output";

    /// <summary>The labels that Falcosidekick's event counter always has; those of the configuration follow.</summary>
    public static IReadOnlyList<string> EventLabels { get; } = ["hostname", "rule", "priority", "priority_raw", "source", "k8s_ns_name", "k8s_pod_name"];

    public static MetricDefinition Events { get; } = Counter("falcosecurity_falcosidekick_falco_events_total", "Alerts that were accepted. Custom fields, templated fields and prometheus.extralabels are labels as well; values beyond prometheus.maxlabelvalues are counted as 'other'.", EventLabels);

    public static MetricDefinition Inputs { get; } = Counter("falcosecurity_falcosidekick_inputs_total", "Alerts that arrived, by what became of them.", "source", "status");

    public static MetricDefinition Outputs { get; } = Counter("falcosecurity_falcosidekick_outputs_total", "Attempts to deliver, by output and outcome.", "destination", "status");

    public static MetricDefinition AcceptTime { get; } = Histogram("saker_router_accept_seconds", "Time from a parsed alert to its being stored, the sync included.", 0.0005, 14);

    public static MetricDefinition Refused { get; } = Counter("saker_router_refused_total", "Valid alerts that could not be taken, by reason; the sender was asked to come again.", "reason");

    public static MetricDefinition Rejections { get; } = Counter("saker_router_not_taken_total", "Requests, parts of batches and connections of which nothing was taken, by reason: no alert, malformed, too slow, too large, refused for the time being.", "reason");

    public static MetricDefinition Ignored { get; } = Counter("saker_router_ignored_bytes_total", "Bytes that followed the first object of a body and were ignored.");

    public static MetricDefinition Settled { get; } = Counter("saker_router_delivery_alerts_total", "Alerts that were settled, by output and outcome.", Output, "outcome");

    public static MetricDefinition Retries { get; } = Counter("saker_router_delivery_retries_total", "Attempts that repeated an earlier one.", Output);

    public static MetricDefinition AttemptTime { get; } = Histogram("saker_router_attempt_seconds", "Time of one attempt.", 0.005, 12, Output);

    public static MetricDefinition DeliveryTime { get; } = Histogram("saker_router_delivery_seconds", "Time from an alert's acceptance to its delivery.", 0.005, 20, Output);

    public static MetricDefinition Depth { get; } = Gauge("saker_router_queue_depth", "Records of the log that an output has not passed yet; what its filter leaves out counts until it is read.", Output);

    public static MetricDefinition OldestAge { get; } = Gauge("saker_router_oldest_undelivered_seconds", "Age of an output's oldest undelivered alert.", Output);

    public static MetricDefinition Healthy { get; } = Gauge("saker_router_output_healthy", "1 while attempts succeed, 0 while they fail.", Output);

    public static MetricDefinition Blocked { get; } = Gauge("saker_router_output_blocked", "1 while the destination refuses everything for what is configured (401 to 405, 407, 410, redirects); alerts are kept meanwhile.", Output);

    public static MetricDefinition Paused { get; } = Gauge("saker_router_output_paused", "1 while the output is paused: it takes no alert from the log until somebody resumes it.", Output);

    public static MetricDefinition BreakerClosed { get; } = Gauge("saker_router_output_breaker_closed", "1 while attempts are let through, 0 while the circuit breaker holds them back.", Output);

    public static MetricDefinition DeadLetters { get; } = Gauge("saker_router_dead_letters", "Dead letters that are kept.");

    public static MetricDefinition DeadLettersDisplaced { get; } = Counter("saker_router_dead_letters_displaced_total", "Dead letters that had to go for newer ones.");

    public static MetricDefinition LogBytes { get; } = Gauge("saker_router_log_bytes", "Bytes of the alert log on the disk.");

    public static MetricDefinition LogSegments { get; } = Gauge("saker_router_log_segments", "Segments of the alert log on the disk.");

    public static MetricDefinition LogRecords { get; } = Gauge("saker_router_log_records", "Positions of the alert log that can still be read.");

    public static MetricDefinition LogGroups { get; } = Counter("saker_router_log_groups_total", "Groups of alerts that were stored with one sync.");

    public static MetricDefinition LogRefused { get; } = Counter("saker_router_log_refused_total", "Appends that the log refused, for a full or failing disk.");

    public static MetricDefinition LogDamaged { get; } = Counter("saker_router_log_damaged_total", "Damaged stretches of the log that were found.");

    public static MetricDefinition LogHealthy { get; } = Gauge("saker_router_log_healthy", "1 while alerts can be stored, 0 while the disk is full or failing.");

    public static MetricDefinition Reloads { get; } = Counter("saker_router_config_reloads_total", "Times that the configuration was read again, by result: applied, unchanged, or refused for its faults.", "result");

    public static MetricDefinition ReloadSuccessful { get; } = Gauge("saker_router_config_last_reload_successful", "1 if the last reading of the configuration is in effect, 0 if it was refused.");

    public static MetricDefinition ReloadTime { get; } = Gauge("saker_router_config_last_reload_success_timestamp_seconds", "When the configuration in effect was read, in seconds since 1970.");

    public static MetricDefinition ResidentMemory { get; } = Gauge("process_resident_memory_bytes", "Memory of the process that is in RAM.");

    public static MetricDefinition OpenFiles { get; } = Gauge("process_open_fds", "Open file descriptors.");

    public static MetricDefinition MaxFiles { get; } = Gauge("process_max_fds", "File descriptors that the process may have.");

    /// <summary>All of them, as the page lists them: Falcosidekick's first.</summary>
    public static IReadOnlyList<MetricDefinition> All { get; } =
    [
        Events, Inputs, Outputs,
        AcceptTime, Refused, Rejections, Ignored,
        Settled, Retries, AttemptTime, DeliveryTime, Depth, OldestAge, Healthy, Blocked, Paused, BreakerClosed, DeadLetters, DeadLettersDisplaced,
        LogBytes, LogSegments, LogRecords, LogGroups, LogRefused, LogDamaged, LogHealthy,
        Reloads, ReloadSuccessful, ReloadTime,
        ResidentMemory, OpenFiles, MaxFiles,
    ];

    private static MetricDefinition Counter(string name, string help, params IReadOnlyList<string> labels) => new(MetricKind.Counter, name, help, labels);

    private static MetricDefinition Gauge(string name, string help, params IReadOnlyList<string> labels) => new(MetricKind.Gauge, name, help, labels);

    private static MetricDefinition Histogram(string name, string help, double first, int buckets, params IReadOnlyList<string> labels) =>
        new(MetricKind.Histogram, name, help, labels) { Buckets = global::Prometheus.Histogram.ExponentialBuckets(first, 2, buckets) };
}
