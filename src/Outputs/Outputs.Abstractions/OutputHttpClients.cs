using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Saker.Outputs;

/// <summary>Makes the HTTP client of an output instance.</summary>
public static class OutputHttpClients
{
    /// <summary>
    /// A client without redirects, cookies, the credentials of this user or a time limit of its own.
    /// </summary>
    /// <param name="options">The instance's options.</param>
    /// <param name="certificates">The certificates of the whole router.</param>
    /// <param name="proxy">The proxies towards destinations.</param>
    /// <exception cref="OutputConfigurationException">There is no certificate to present.</exception>
    public static HttpClient Create(HttpOutputOptions options, TlsClientCertificates certificates, ProxySettings proxy)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(certificates);
        ArgumentNullException.ThrowIfNull(proxy);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !proxy.IsNone,
            Proxy = proxy, // .NET's own reading of the variables knows no networks, ports or '*'
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // a destination may move to another address
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            ActivityHeadersPropagator = null,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8, // without it a header with 'é' fails every attempt
            SslOptions = Tls(options, certificates),
        };
#pragma warning disable RS0030 // this is the one place that makes clients
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
#pragma warning restore RS0030
    }

    private static SslClientAuthenticationOptions Tls(HttpOutputOptions options, TlsClientCertificates certificates)
    {
        var tls = new SslClientAuthenticationOptions();
        var authorities = options.MutualTls ? certificates.MutualAuthorities : certificates.Authorities;
        if (!options.CheckCert)
        {
#pragma warning disable CA5359 // the user's checkcert: false asks for just this
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
#pragma warning restore CA5359
        else if (authorities.Count > 0)
        {
            tls.CertificateChainPolicy = TrustAlso(authorities);
        }

        if (options.MutualTls)
        {
            tls.ClientCertificates = [certificates.Client ?? throw new OutputConfigurationException("mutualtls", "There is no certificate to present; name one with mutualtlsclient.certfile.")];
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
