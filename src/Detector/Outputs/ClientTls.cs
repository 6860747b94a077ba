using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Saker.Detector.Configuration;
using Saker.Tls;

namespace Saker.Detector.Outputs;

/// <summary>What an output's options say about TLS, as .NET takes it.</summary>
internal static class ClientTls
{
    /// <param name="options">The options.</param>
    /// <param name="section">Their section, for the message.</param>
    /// <param name="resolve">Makes paths absolute.</param>
    /// <exception cref="IOException">A file cannot be used; the message names keys and cures, all at once.</exception>
    public static SslClientAuthenticationOptions Of(ClientTlsOptions options, string section, Func<string, string> resolve)
    {
        var faults = new List<string>();
        var tls = new SslClientAuthenticationOptions();
        if (options.Insecure)
        {
#pragma warning disable CA5359 // the user's insecure: true asks for just this
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (Authorities(options, resolve, Fault) is { Count: > 0 } authorities)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        if (options.Mtls && PemFile.Pair(resolve(options.ClientCert), "client_cert", resolve(options.ClientKey), "client_key", Fault) is { } own)
        {
            // With the certificates between it and its authority, which the other side need not have.
            tls.ClientCertificateContext = SslStreamCertificateContext.Create(own.Certificate, own.Chain, offline: true);
        }

        return faults.Count == 0 ? tls : throw new IOException(string.Join(' ', faults));

        void Fault(string key, string sentence) => faults.Add($"{section}.{key}: {sentence}");
    }

    // As Falco takes them: one file of one authority, else one of several, else a folder of files.
    private static X509Certificate2Collection Authorities(ClientTlsOptions options, Func<string, string> resolve, Action<string, string> fault)
    {
        if (options.CaCert.Length > 0)
        {
            return PemFile.Certificates(resolve(options.CaCert), "ca_cert", fault) ?? [];
        }

        if (options.CaBundle.Length > 0)
        {
            return PemFile.Certificates(resolve(options.CaBundle), "ca_bundle", fault) ?? [];
        }

        return options.CaPath is "" or ClientTlsOptions.SystemAuthorities ? [] : PemFile.Folder(resolve(options.CaPath), "ca_path", fault) ?? [];
    }
}
