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

    /// <summary>Time that one attempt has; 0 is the router's <c>delivery.attempttimeout</c>.</summary>
    public TimeSpan AttemptTimeout { get; init; }

    /// <inheritdoc/>
    public virtual IEnumerable<OptionFault> Validate() =>
        AttemptTimeout < TimeSpan.Zero ? [new("attempttimeout", "A time limit is not negative; 0 takes the router's.")] : [];
}

/// <summary>The options of outputs that go over the network.</summary>
public abstract record NetworkOutputOptions : OutputOptions
{
    /// <summary>Checks the certificate of the destination. Switching it off lets anybody in between read the alerts.</summary>
    public bool CheckCert { get; init; } = true;

    /// <summary>Presents the client certificate of <c>mutualtlsclient</c> (or of <c>mutualtlsfilespath</c>) to the destination.</summary>
    public bool MutualTls { get; init; }

    /// <summary>File with authorities (PEM) that are trusted for this destination, beside the system's and in place of the router's own.</summary>
    public string CaCertFile { get; init; } = "";

    /// <summary>File with the client certificate (PEM) for this destination, in place of the router's own; it implies <c>mutualtls</c>.</summary>
    public string CertFile { get; init; } = "";

    /// <summary>File with the key (PEM) of <c>certfile</c>.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>True when a client certificate is presented.</summary>
    public bool PresentsCertificate => MutualTls || CertFile.Length > 0;

    /// <inheritdoc/>
    public override IEnumerable<OptionFault> Validate()
    {
        foreach (var fault in base.Validate())
        {
            yield return fault;
        }

        if (CertFile.Length > 0 != KeyFile.Length > 0)
        {
            yield return CertFile.Length > 0
                ? new("certfile", "A certificate is presented with its key; name the key's file with keyfile.")
                : new("keyfile", "A key is of use with its certificate; name the certificate's file with certfile.");
        }
    }
}

/// <summary>The options of outputs that send HTTP requests.</summary>
public abstract record HttpOutputOptions : NetworkOutputOptions
{
    /// <summary>Headers to add to each request. Blanks around a value are taken off.</summary>
    [RequestHead]
    public IReadOnlyDictionary<string, Secret> CustomHeaders { get; init; } = new Dictionary<string, Secret>();

    /// <summary>The proxy to this destination, as in <c>http://user:password@proxy:3128</c>, with http, https or socks5; <c>none</c> for none. Empty: as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say.</summary>
    public Secret Proxy { get; init; } = Secret.None;

    /// <inheritdoc/>
    public override IEnumerable<OptionFault> Validate()
    {
        foreach (var fault in base.Validate())
        {
            yield return fault;
        }

        if (Proxies.ProxySettings.Fault(Proxy) is { } problem)
        {
            yield return new("proxy", problem);
        }
    }
}
