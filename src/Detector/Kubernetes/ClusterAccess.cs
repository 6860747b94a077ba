using System.Security.Cryptography.X509Certificates;
using Saker.Alerts;

namespace Saker.Detector.Kubernetes;

/// <summary>Where the API server is, and who asks.</summary>
internal sealed record ClusterAccess
{
    /// <summary>Its root: scheme, host and port, and a path where a gateway has one; with a slash at the end.</summary>
    public required Uri Server { get; init; }

    /// <summary>The node whose pods are asked for.</summary>
    public required string Node { get; init; }

    /// <summary>A file with the token, which is read again as it changes; empty for none.</summary>
    public string TokenFile { get; init; } = "";

    /// <summary>The token; none where there is a file, or where a certificate says who asks.</summary>
    public Secret Token { get; init; } = Secret.None;

    /// <summary>A file with the authority of the server's certificate, which is read again as it changes; empty for none.</summary>
    public string AuthorityFile { get; init; } = "";

    /// <summary>The authority itself; null where a file has it, or those of the system are trusted.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The certificate that says who asks; null for none.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Whether anybody's certificate is taken for the server's.</summary>
    public bool TrustsAnybody { get; init; }

    /// <summary>The name in the server's certificate, where it is not that of its address.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>The server in messages: without anything that may be secret.</summary>
    public string Target => $"{Server.Scheme}://{Server.Authority}";
}
