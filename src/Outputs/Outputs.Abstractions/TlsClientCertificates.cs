using System.Security.Cryptography.X509Certificates;

namespace Saker.Outputs;

/// <summary>What TLS towards destinations uses, read and checked by the router.</summary>
public sealed record TlsClientCertificates
{
    /// <summary>Authorities that are trusted beside the system's own.</summary>
    public X509Certificate2Collection Authorities { get; init; } = [];

    /// <summary>The same for outputs with <c>mutualtls</c>.</summary>
    public X509Certificate2Collection MutualAuthorities { get; init; } = [];

    /// <summary>The certificate, with its key, that outputs with <c>mutualtls</c> present; null when there is none.</summary>
    public X509Certificate2? Client { get; init; }
}
