using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Rules;
using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>What <c>falco.yaml</c> may say, as far as this version does something with it. Keys are the property names in snake case.</summary>
[SnakeCaseKeys]
internal sealed record DetectorOptions
{
    /// <summary>Rule files, and folders of rule files, in the order in which they are loaded.</summary>
    public IReadOnlyList<string> RulesFiles { get; init; } = ["/etc/saker/rules"];

    /// <summary>Rules that are fetched from elsewhere, and fetched again when they change there.</summary>
    public RulesFollowOptions RulesFollow { get; init; } = new();

    /// <summary>Switches rules on and off when all files are loaded, one entry after the other.</summary>
    public IReadOnlyList<RuleSwitch> Rules { get; init; } = [];

    /// <summary>What is added to the alerts of rules, beside what the rules say themselves.</summary>
    public IReadOnlyList<AppendedOutput> AppendOutput { get; init; } = [];

    /// <summary>Output fields with a fixed value that every alert gets: <c>environment: production</c>.</summary>
    public IReadOnlyDictionary<string, string> StaticFields { get; init; } = new Dictionary<string, string>();

    /// <summary>Which system calls are watched beside those that the rules name.</summary>
    public BaseSyscallsOptions BaseSyscalls { get; init; } = new();

    /// <summary>What waits for a container's record.</summary>
    public ContainerOptions Container { get; init; } = new();

    /// <summary>What is done about a loss of events.</summary>
    public SyscallEventDropsOptions SyscallEventDrops { get; init; } = new();

    /// <summary>Captures around matches: what happened from then on, for replays.</summary>
    public CaptureOptions Capture { get; init; } = new();

    /// <summary>Names of addresses.</summary>
    public AddressNamesOptions AddressNames { get; init; } = new();

    /// <summary>Where events come from.</summary>
    public EngineOptions Engine { get; init; } = new();

    /// <summary>Container runtimes, which say what a container is called and what it was made of.</summary>
    public ContainerEnginesOptions ContainerEngines { get; init; } = new();

    /// <summary>What only the Kubernetes API server knows of pods.</summary>
    public KubernetesMetadataOptions KubernetesMetadata { get; init; } = new();

    /// <summary>Rules below this priority are not loaded.</summary>
    public Priority Priority { get; init; } = Priority.Debug;

    /// <summary>After an event's first matching rule the others are not asked (first), or they are (all).</summary>
    public RuleMatching RuleMatching { get; init; } = RuleMatching.First;

    /// <summary>
    /// Threads that evaluate rules and write alerts out, together; verdicts and the order of alerts are the same. A second one pays where
    /// rules that search much, or very many alerts, keep one core busy while another is idle; it takes more CPU time in all. With
    /// capture.enabled there is one, for a capture begins with the event that matches. Falco has no such key.
    /// </summary>
    [Range(1, 32)]
    public int Workers { get; init; } = 1;

    /// <summary>Alerts as JSON; else as lines of text.</summary>
    public bool JsonOutput { get; init; }

    /// <summary>In JSON, the <c>output</c> property: the message with time and priority in front.</summary>
    public bool JsonIncludeOutputProperty { get; init; } = true;

    /// <summary>In JSON, the <c>message</c> property: the message alone.</summary>
    public bool JsonIncludeMessageProperty { get; init; }

    /// <summary>In JSON, the <c>output_fields</c> property: the fields that the message names.</summary>
    public bool JsonIncludeOutputFieldsProperty { get; init; } = true;

    /// <summary>In JSON, the <c>tags</c> property.</summary>
    public bool JsonIncludeTagsProperty { get; init; } = true;

    /// <summary>Dates and times in messages as ISO 8601 in UTC, instead of the local time of day.</summary>
    [KeyName("time_format_iso_8601")]
    public bool TimeFormatIso8601 { get; init; }

    /// <summary>Data of events in alerts (evt.buffer, evt.args) as base64; else as text with dots for what cannot be printed.</summary>
    public bool BufferFormatBase64 { get; init; }

    /// <summary>Standard output.</summary>
    public StdoutOptions StdoutOutput { get; init; } = new();

    /// <summary>A file that alerts are appended to.</summary>
    public FileOptions FileOutput { get; init; } = new();

    /// <summary>A URL that alerts are posted to.</summary>
    public HttpOptions HttpOutput { get; init; } = new();

    /// <summary>The machine's syslog.</summary>
    public SyslogOptions SyslogOutput { get; init; } = new();

    /// <summary>A program that is given alerts on its standard input.</summary>
    public ProgramOptions ProgramOutput { get; init; } = new();

    /// <summary>A saker-router, over gRPC with acknowledgements.</summary>
    public RouterOutputOptions RouterOutput { get; init; } = new();

    /// <summary>Falco's former gRPC server, which subscribers fetch alerts from.</summary>
    public GrpcOptions Grpc { get; init; } = new();

    /// <summary>Gives alerts to that server.</summary>
    public GrpcOutputOptions GrpcOutput { get; init; } = new();

    /// <summary>The queues in front of the outputs.</summary>
    public QueueOptions OutputsQueue { get; init; } = new();

    /// <summary>Alerts that http_output and router_output have not taken yet, on disk.</summary>
    public SpoolOptions OutputsSpool { get; init; } = new();

    /// <summary>Milliseconds after which an output that still writes an alert is told to be slow; 0 for never.</summary>
    [Range(0, int.MaxValue)]
    public int OutputTimeout { get; init; } = 2000;

    /// <summary>Least severity of the log: emergency, alert, critical, error, warning, notice, info or debug.</summary>
    public Priority LogLevel { get; init; } = Priority.Informational;

    /// <summary>The log on standard error.</summary>
    public bool LogStderr { get; init; } = true;

    /// <summary>The log in the machine's syslog too. Falco does that when nothing is said.</summary>
    public bool LogSyslog { get; init; }

    /// <summary>Reads configuration and rules again when their files change, as SIGHUP does.</summary>
    public bool WatchConfigFiles { get; init; } = true;

    /// <summary>The web server for health, versions and metrics.</summary>
    public WebserverOptions Webserver { get; init; } = new();

    /// <summary>What is counted and shown.</summary>
    public MetricsOptions Metrics { get; init; } = new();

    /// <summary>Settings of the event libraries.</summary>
    public LibsOptions FalcoLibs { get; init; } = new();

    /// <summary>Whether an output needs all of an alert, whatever its line shows.</summary>
    internal bool NeedsWholeAlerts => RouterOutput.Enabled || (Grpc.Enabled && GrpcOutput.Enabled);

    /// <summary>Whether another configuration's outputs are these.</summary>
    internal bool HasOutputsOf(DetectorOptions other) =>
        StdoutOutput == other.StdoutOutput && FileOutput == other.FileOutput && HttpOutput == other.HttpOutput && SyslogOutput == other.SyslogOutput
        && ProgramOutput == other.ProgramOutput && RouterOutput == other.RouterOutput && Grpc == other.Grpc && GrpcOutput == other.GrpcOutput
        && OutputsQueue == other.OutputsQueue && OutputsSpool == other.OutputsSpool && OutputTimeout == other.OutputTimeout;
}

/// <summary>The kind of event source.</summary>
internal enum EngineKind
{
    /// <summary>The eBPF driver that is part of this program.</summary>
    [KeyName("modern_ebpf")]
    ModernEbpf,

    /// <summary>A capture file.</summary>
    Replay,
}

/// <summary>Where events come from.</summary>
[SnakeCaseKeys]
internal sealed record EngineOptions : ICheckedOptions
{
    /// <summary>The kind of source.</summary>
    public EngineKind Kind { get; init; } = EngineKind.ModernEbpf;

    /// <summary>Settings of the eBPF driver.</summary>
    public ModernEbpfOptions ModernEbpf { get; init; } = new();

    /// <summary>Settings for captures.</summary>
    public ReplayOptions Replay { get; init; } = new();

    /// <summary>Whether system calls of this machine are watched, and no capture is read.</summary>
    internal bool IsLive => Kind == EngineKind.ModernEbpf;

    /// <inheritdoc/>
    public IEnumerable<OptionFault> Validate()
    {
        if (Kind == EngineKind.Replay && Replay.CaptureFile.Length == 0)
        {
            yield return new OptionFault("replay.capture_file", "A replay needs a capture; name its file here, or write 'saker-detector replay FILE'.");
        }
    }
}

/// <summary>Settings of the eBPF driver.</summary>
[SnakeCaseKeys]
internal sealed record ModernEbpfOptions
{
    /// <summary>CPUs that share a ring buffer; 0 makes one for all.</summary>
    [Range(0, 4096)]
    public int CpusForEachBuffer { get; init; } = 2;

    /// <summary>Size of each ring buffer: 1 is 1 MiB, and each step doubles it; 4 is 8 MiB.</summary>
    [Range(1, 10)]
    public int BufSizePreset { get; init; } = 4;

    /// <summary>Leaves out system calls that failed.</summary>
    public bool DropFailedExit { get; init; }

    /// <summary>
    /// Leaves failed calls and opens of files that no rule can match out already in the kernel; what the rules find stays the same.
    /// Without effect while <c>base_syscalls.all</c> or <c>capture.enabled</c> is set.
    /// </summary>
    public bool Prefilter { get; init; } = true;
}

/// <summary>Settings for captures.</summary>
[SnakeCaseKeys]
internal sealed record ReplayOptions
{
    /// <summary>The capture (.scap) to read.</summary>
    public string CaptureFile { get; init; } = "";
}

/// <summary>Settings of the event libraries.</summary>
[SnakeCaseKeys]
internal sealed record LibsOptions
{
    /// <summary>Bytes of the data of a read or write that an event carries.</summary>
    [Range(0, 65_000)]
    public int Snaplen { get; init; } = 80;

    /// <summary>Threads that are kept track of at most.</summary>
    [Range(1024, 16_777_216)]
    public int ThreadTableSize { get; init; } = 262_144;
}
