using System.ComponentModel.DataAnnotations;
using Saker.Http;
using Saker.Settings;

namespace Saker.Detector.Configuration;

/// <summary>The web server for health, versions and metrics.</summary>
[SnakeCaseKeys]
internal sealed record WebserverOptions
{
    /// <summary>Whether it runs. A replay from the command line leaves it off.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Kept for Falco's sake: requests are served by the pool's threads, a bounded number at once.</summary>
    [Range(0, 1024)]
    public int Threadiness { get; init; }

    /// <summary>The IP address to listen on; 0.0.0.0 and :: are all of the machine. Falco's default is 0.0.0.0.</summary>
    public ListenAddress ListenAddress { get; init; } = ListenAddress.Loopback;

    /// <summary>The port to listen on.</summary>
    [Range(0, 65_535)]
    public int ListenPort { get; init; } = 8765;

    /// <summary>The path that answers while the detector runs.</summary>
    [RegularExpression("^/.*", ErrorMessage = "is no path; write it as in '/healthz'.")]
    public string K8sHealthzEndpoint { get; init; } = "/healthz";

    /// <summary>Serves <c>/metrics</c> for Prometheus, when <c>metrics.enabled</c> is set too.</summary>
    public bool PrometheusMetricsEnabled { get; init; }

    /// <summary>Serves HTTPS.</summary>
    public bool SslEnabled { get; init; }

    /// <summary>File with certificate and key, in PEM.</summary>
    public string SslCertificate { get; init; } = "/etc/falco/falco.pem";
}

/// <summary>What is counted and shown.</summary>
[SnakeCaseKeys]
internal sealed record MetricsOptions
{
    /// <summary>Whether metrics are shown at all.</summary>
    public bool Enabled { get; init; }

    /// <summary>Time between two snapshots that are sent as an alert.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "365.00:00:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Sends a snapshot to the outputs as an alert of the rule <c>Falco internal: metrics snapshot</c>.</summary>
    public bool OutputRule { get; init; } = true;

    /// <summary>File that each snapshot is appended to, a JSON object in a line: the figures and the snapshot's number. Empty for none.</summary>
    public string OutputFile { get; init; } = "";

    /// <summary>How often each rule matched.</summary>
    public bool RulesCountersEnabled { get; init; } = true;

    /// <summary>Memory and CPU of the detector and of the host.</summary>
    public bool ResourceUtilizationEnabled { get; init; } = true;

    /// <summary>Threads and descriptors that are known, and what could not be kept of them.</summary>
    public bool StateCountersEnabled { get; init; } = true;

    /// <summary>Events of the driver, and those lost.</summary>
    public bool KernelEventCountersEnabled { get; init; } = true;

    /// <summary>In snapshots, memory in megabytes; else in kilobytes or bytes.</summary>
    [KeyName("convert_memory_to_mb")]
    public bool ConvertMemoryToMb { get; init; } = true;

    /// <summary>Shows rules that never matched too, and in snapshots figures that are zero.</summary>
    public bool IncludeEmptyValues { get; init; }
}
