using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Outputs.Requests;
using Saker.Settings;

namespace Saker.Outputs.Http.Alertmanager;

/// <summary>Options of the Alertmanager output.</summary>
internal sealed record AlertmanagerOptions : HttpOutputOptions
{
    /// <summary>Thresholds of lost events, as Falcosidekick documents them.</summary>
    public const string UsualThresholds = "10000:critical, 1000:critical, 100:critical, 10:warning, 1:warning";

    /// <summary>Addresses of the Alertmanagers, <c>http://host:9093</c>. Those of a cluster are all named, and each gets every alert.</summary>
    [Required, RequestHead]
    public IReadOnlyList<Secret> HostPort { get; init; } = [];

    /// <summary>Path that alerts are posted to.</summary>
    [RequestHead]
    public string Endpoint { get; init; } = "/api/v2/alerts";

    /// <summary>Seconds after the alert's time at which Alertmanager takes it as resolved; 0 leaves it to Alertmanager (resolve_timeout).</summary>
    [Range(0, 31_536_000)]
    public int ExpiresAfter { get; init; }

    /// <summary>Labels to add to every alert; they replace those of the same name.</summary>
    [BareKeys]
    public IReadOnlyDictionary<string, string> ExtraLabels { get; init; } = new Dictionary<string, string>();

    /// <summary>Annotations to add to every alert; they replace those of the same name.</summary>
    [BareKeys]
    public IReadOnlyDictionary<string, string> ExtraAnnotations { get; init; } = new Dictionary<string, string>();

    /// <summary>The label <c>severity</c> for a priority, in place of critical, warning and information: <c>error: page, debug: none</c>.</summary>
    [BareKeys]
    public IReadOnlyDictionary<string, string> CustomSeverityMap { get; init; } = new Dictionary<string, string>();

    /// <summary>Priority of Falco's message about lost events by their number: above the first number that it exceeds. Texts <c>number:priority</c> between commas. Empty: <c>10000:critical, 1000:critical, 100:critical, 10:warning, 1:warning</c>.</summary>
    public string DropEventThresholds { get; init; } = "";

    /// <summary>The same as a list; counts when <c>dropeventthresholds</c> is empty.</summary>
    public IReadOnlyList<DropThresholdOptions> DropEventThresholdsList { get; init; } = [];

    /// <summary>Priority of Falco's message about lost events when their number exceeds no threshold.</summary>
    public string DropEventDefaultPriority { get; init; } = "critical";

    /// <inheritdoc/>
    public override IEnumerable<OptionFault> Validate() => [.. base.Validate(), .. HostPort.SelectMany(static host => UrlCheck.Faults("hostport", host))];
}

/// <summary>A number of lost events, and the priority of more than that.</summary>
internal sealed record DropThresholdOptions
{
    /// <summary>Lost events.</summary>
    public long Value { get; init; }

    /// <summary>Priority of a message about more.</summary>
    public string Priority { get; init; } = "";
}
