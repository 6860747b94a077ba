using System.Security.Cryptography.X509Certificates;

namespace Saker.Outputs.Transports;

/// <summary>What TLS towards one destination uses, read and checked by the router.</summary>
public sealed record TlsClientCertificates
{
    /// <summary>Authorities that are trusted beside the system's own.</summary>
    public X509Certificate2Collection Authorities { get; init; } = [];

    /// <summary>The certificate, with its key, that is presented; null when none is.</summary>
    public X509Certificate2? Client { get; init; }
}
