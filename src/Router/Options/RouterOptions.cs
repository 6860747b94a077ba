using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Http;
using Saker.Router.Log;
using Saker.Settings;

namespace Saker.Router.Options;

/// <summary>The router's own settings: Falcosidekick's top-level keys under their names, and ours.</summary>
internal sealed record RouterOptions
{
    /// <summary>Address on which alerts are taken. Empty means every address.</summary>
    public ListenAddress ListenAddress { get; init; } = ListenAddress.Any;

    /// <summary>Port on which alerts are taken.</summary>
    [Range(1, 65535)]
    public int ListenPort { get; init; } = 2801;

    /// <summary>Logs what happens to each alert: the same as <c>loglevel: debug</c>.</summary>
    public bool Debug { get; init; }

    /// <summary>Least severity of the entries of the router's own log. Entries about the alerts of an output are few whatever happens; only <c>debug</c> has one for each alert.</summary>
    [Words("debug", "info", "warning", "error")]
    public string LogLevel { get; init; } = "info";

    /// <summary>Form of the router's own log on standard error: <c>text</c> is a line for people, <c>json</c> an object a line.</summary>
    [Words("text", "json")]
    public string LogFormat { get; init; } = "text";

    /// <summary>Fields that are added to every alert. A value that begins with <c>%</c> names a variable that holds it.</summary>
    public IReadOnlyDictionary<string, string> CustomFields { get; init; } = new Dictionary<string, string>();

    /// <summary>Fields that are made from an alert's own fields by a template: <c>{{ or (index . "k8s.ns.name") "none" }}</c>.</summary>
    public IReadOnlyDictionary<string, string> TemplatedFields { get; init; } = new Dictionary<string, string>();

    /// <summary>Tags that are added to every alert.</summary>
    public IReadOnlyList<string> CustomTags { get; init; } = [];

    /// <summary>Text that takes the place of the brackets in names of fields such as <c>proc.aname[2]</c>. Empty keeps them.</summary>
    public string BracketReplacer { get; init; } = "";

    /// <summary>Another form for the alert's message, from <c>&lt;timestamp&gt;</c>, <c>&lt;priority&gt;</c>, <c>&lt;output&gt;</c>, <c>&lt;custom_fields&gt;</c>, <c>&lt;templated_fields&gt;</c> and <c>&lt;tags&gt;</c>. Empty keeps it as it came.</summary>
    public string OutputFieldFormat { get; init; } = "";

    /// <summary>Folder with <c>client.crt</c>, <c>client.key</c> and <c>ca.crt</c> for outputs with <c>mutualtls</c>, where <c>mutualtlsclient</c> names no files.</summary>
    public string MutualTlsFilesPath { get; init; } = "/etc/certs";

    /// <summary>Renders exactly what Falcosidekick renders, its known faults included, for consumers that depend on the old shape.</summary>
    public bool StrictCompatibility { get; init; }

    /// <summary>How faults in the configuration are met.</summary>
    public ConfigOptions Config { get; init; } = new();

    /// <summary>Bounds on what clients may send.</summary>
    public HttpOptions Http { get; init; } = new();

    /// <summary>The alert log.</summary>
    public LogSettings Log { get; init; } = new();

    /// <summary>Keeping and delivering alerts.</summary>
    public DeliverySettings Delivery { get; init; } = new();

    /// <summary>Labels of the metrics.</summary>
    public PrometheusOptions Prometheus { get; init; } = new();

    /// <summary>Certificates that outputs trust.</summary>
    public TlsClientOptions TlsClient { get; init; } = new();

    /// <summary>The certificate that outputs with <c>mutualtls</c> present.</summary>
    public MutualTlsClientOptions MutualTlsClient { get; init; } = new();

    /// <summary>TLS towards the senders of alerts.</summary>
    public TlsServerOptions TlsServer { get; init; } = new();

    /// <summary>Falcos that still serve their alerts over gRPC, each under a name: the router subscribes to them.</summary>
    public IReadOnlyDictionary<string, FalcoGrpcOptions> FalcoGrpc { get; init; } = new Dictionary<string, FalcoGrpcOptions>();
}

/// <summary>How faults in the configuration are met.</summary>
internal sealed record ConfigOptions
{
    /// <summary><c>refuse</c> does not start and names every fault; <c>ignore</c> logs them and runs what is valid.</summary>
    [Words("refuse", "ignore")]
    public string OnError { get; init; } = "refuse";

    /// <summary>Reads the configuration again when the content of the file changes. SIGHUP does so in any case.</summary>
    public bool Watch { get; init; } = true;
}

/// <summary>Bounds on what clients may send.</summary>
internal sealed record HttpOptions
{
    /// <summary>Largest body of a request, also after unpacking; a larger one is answered with 413.</summary>
    [Range(1024, 1L << 30)]
    public ByteSize MaxBodySize { get; init; } = ByteSize.FromMebibytes(16);

    /// <summary>Connections at once; more are closed.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; init; } = 4096;

    /// <summary>Bytes of bodies that are held in memory at once; a request beyond it is answered 503 and asked to come again.</summary>
    [Range(1L << 20, 1L << 40)]
    public ByteSize MaxBufferedBytes { get; init; } = ByteSize.FromMebibytes(64);

    /// <summary>Time that a client has for its headers, and for its body.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time after which a connection without requests is closed.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Lists and objects inside an alert may be nested this deep.</summary>
    [Range(2, AlertReader.MaxDepth)]
    public int MaxDepth { get; init; } = AlertReader.MaxDepth;

    /// <summary>Output fields that one alert may have.</summary>
    [Range(1, 1_000_000)]
    public int MaxFields { get; init; } = 10_000;

    /// <summary>Alerts a second that each address may send in the long run when it is no client that is known; 0 for no limit. More are answered with 429.</summary>
    [Range(0.0, 1_000_000.0)]
    public double Rate { get; init; }

    /// <summary>Alerts that an address may send at once before <c>rate</c> counts; 0 for those of ten seconds.</summary>
    [Range(0, 10_000_000)]
    public int Burst { get; init; }

    /// <summary>What only clients that are known may do: <c>alerts</c>, <c>test</c>, <c>metrics</c>. The API always needs one.</summary>
    public IReadOnlyList<ProtectedArea> Protect { get; init; } = [];

    /// <summary>Clients that are known, each under its name. What proves who a client is can stand in a file: <c>token: ${file:/run/secrets/edge}</c>. A wrong proof is answered with 401, whatever <c>protect</c> says.</summary>
    public IReadOnlyDictionary<string, ClientOptions> Clients { get; init; } = new Dictionary<string, ClientOptions>();
}

/// <summary>The alert log.</summary>
internal sealed record LogSettings
{
    /// <summary>Time for which delivered alerts are kept.</summary>
    public TimeSpan History { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Bytes that the log may have before delivered alerts are dropped earlier.</summary>
    [Range(1L << 20, 1L << 44)]
    public ByteSize HistorySize { get; init; } = ByteSize.FromGibibytes(1);

    /// <summary>Bytes of a segment; space is given back in whole segments.</summary>
    [Range(1L << 20, 1L << 32)]
    public ByteSize SegmentSize { get; init; } = ByteSize.FromMebibytes(64);

    /// <summary>Bytes of the file system that stay free: below it alerts are refused before a write fails.</summary>
    [Range(0, 1L << 44)]
    public ByteSize FreeSpaceReserve { get; init; } = ByteSize.FromMebibytes(64);
}

/// <summary>Keeping and delivering alerts.</summary>
internal sealed record DeliverySettings
{
    /// <summary>When an alert counts as kept: on the disk (<c>fsync</c>, survives a power cut), with the operating system (<c>os</c>, survives the end of the process) or in memory (<c>memory</c>, survives nothing).</summary>
    public Durability Durability { get; init; } = Durability.Fsync;

    /// <summary>Time that a stopping router gives to what is not delivered yet.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Time that one attempt of an output has.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Age, since it was accepted, at which an undelivered alert becomes a dead letter.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Bytes of the log that one output may lag behind before its oldest alerts are given up, for it alone.</summary>
    [Range(1L << 20, 1L << 44)]
    public ByteSize Backlog { get; init; } = ByteSize.FromGibibytes(4);

    /// <summary>Age of alerts that one output may lag behind before they are given up, for it alone.</summary>
    public TimeSpan BacklogAge { get; init; } = TimeSpan.FromHours(72);

    /// <summary>What happens when an output is over its backlog: <c>giveup</c> gives up its oldest alerts, for it alone; <c>refuse</c> answers every sender with 503 until it has caught up, so that one dead output stops them all.</summary>
    [Words("giveup", "refuse")]
    public string WhenFull { get; init; } = "giveup";

    /// <summary>Time for which the position of a removed output still holds the log.</summary>
    public TimeSpan OrphanAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Bytes of dead letters that are kept; full, the oldest go.</summary>
    [Range(1L << 20, 1L << 40)]
    public ByteSize DeadLetterSize { get; init; } = ByteSize.FromMebibytes(256);
}

/// <summary>Labels of the metrics.</summary>
internal sealed record PrometheusOptions
{
    /// <summary>Labels of <c>falco_events_total</c>: <c>name</c> is a field of the alert, <c>name:value</c> a constant.</summary>
    [BareKeys]
    public IReadOnlyDictionary<string, string> ExtraLabels { get; init; } = new Dictionary<string, string>();

    /// <summary>The same as a list; read when <c>extralabels</c> is empty.</summary>
    public IReadOnlyList<string> ExtraLabelsList { get; init; } = [];

    /// <summary>Different values of one label that are told apart; the rest is counted as <c>other</c>.</summary>
    [Range(1, 1_000_000)]
    public int MaxLabelValues { get; init; } = 1000;
}

/// <summary>Certificates that outputs trust.</summary>
internal sealed record TlsClientOptions
{
    /// <summary>PEM file with authorities that are trusted beside the system's own.</summary>
    public string CaCertFile { get; init; } = "";
}

/// <summary>The certificate that outputs with <c>mutualtls</c> present.</summary>
internal sealed record MutualTlsClientOptions
{
    /// <summary>PEM file with the certificate.</summary>
    public string CertFile { get; init; } = "";

    /// <summary>PEM file with its key.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>PEM file with the authorities that are trusted.</summary>
    public string CaCertFile { get; init; } = "";
}

/// <summary>TLS towards the senders of alerts.</summary>
internal sealed record TlsServerOptions
{
    /// <summary>Takes alerts over TLS (1.2 and 1.3) on <c>listenport</c>. The files are read again with the configuration.</summary>
    public bool Deploy { get; init; }

    /// <summary>PEM file with the certificate.</summary>
    public string CertFile { get; init; } = "/etc/certs/server/server.crt";

    /// <summary>PEM file with its key.</summary>
    public string KeyFile { get; init; } = "/etc/certs/server/server.key";

    /// <summary>Takes only clients with a certificate that an authority of <c>cacertfile</c> signed for clients.</summary>
    public bool MutualTls { get; init; }

    /// <summary>PEM file with the authorities whose client certificates are taken.</summary>
    public string CaCertFile { get; init; } = "/etc/certs/server/ca.crt";

    /// <summary>Port on which some paths are served without TLS.</summary>
    [Range(1, 65535)]
    public int NoTlsPort { get; init; } = 2810;

    /// <summary>Paths that are served without TLS, on <c>notlsport</c> and there only: <c>/</c> (every path that has no meaning of its own), <c>/ping</c>, <c>/healthz</c>, <c>/test</c>, <c>/metrics</c>. Without any, that port is closed.</summary>
    public IReadOnlyList<string> NoTlsPaths { get; init; } = [];
}
