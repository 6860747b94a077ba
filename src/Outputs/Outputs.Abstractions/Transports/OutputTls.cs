using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Saker.Outputs.Transports;

/// <summary>TLS towards a destination as its options ask for it.</summary>
internal static class OutputTls
{
    /// <summary>The options of TLS; the same for whatever speaks it.</summary>
    public static SslClientAuthenticationOptions Options(NetworkOutputOptions? options, TlsClientCertificates certificates)
    {
        var tls = new SslClientAuthenticationOptions();
        if (options is { CheckCert: false })
        {
#pragma warning disable CA5359 // the user's checkcert: false asks for just this
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
#pragma warning restore CA5359
        else if (certificates.Authorities.Count > 0)
        {
            tls.CertificateChainPolicy = TrustAlso(certificates.Authorities);
        }

        if (certificates.Client is { } client)
        {
            tls.ClientCertificates = [client];
        }

        return tls;
    }

    private static X509ChainPolicy TrustAlso(X509Certificate2Collection authorities)
    {
        using var system = new X509Store(StoreName.Root, StoreLocation.LocalMachine);
        system.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(system.Certificates);
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
