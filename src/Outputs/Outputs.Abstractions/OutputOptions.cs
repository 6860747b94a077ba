using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Settings;

namespace Saker.Outputs;

/// <summary>The options that every output has. Initialisers are the defaults, attributes the checks, summaries the reference text.</summary>
public abstract record OutputOptions : ICheckedOptions
{
    /// <summary>Least priority of the alerts that are sent: emergency, alert, critical, error, warning, notice, informational (info) or debug. Empty sends everything.</summary>
    public Priority MinimumPriority { get; init; } = Priority.Debug;

    /// <summary>A condition on the alert, in Falco's language: <c>k8s.ns.name = prod and not rule startswith "Terminal"</c>. Empty sends everything.</summary>
    public string When { get; init; } = "";

    /// <summary>Attempts under way at once. 1 keeps the order of the alerts; 0 leaves the number to the router.</summary>
    [Range(0, 1024)]
    public int MaxConcurrentRequests { get; init; } = 1;

    /// <summary>Where an output begins that is new in the configuration: with the next alert (now), or with the oldest that the log keeps (beginning).</summary>
    [Words("now", "beginning")]
    public string StartFrom { get; init; } = "now";

    /// <inheritdoc/>
    public virtual IEnumerable<OptionFault> Validate() => [];
}

/// <summary>The options of outputs that send HTTP requests.</summary>
public abstract record HttpOutputOptions : OutputOptions
{
    /// <summary>Checks the certificate of the destination. Switching it off lets anybody in between read the alerts.</summary>
    public bool CheckCert { get; init; } = true;

    /// <summary>Presents the client certificate of <c>mutualtlsclient</c> (or of <c>mutualtlsfilespath</c>) to the destination.</summary>
    public bool MutualTls { get; init; }
}
