using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Saker.Tls;

namespace Saker.Outputs;

/// <summary>Where the files for TLS towards destinations lie; empty text where there is none.</summary>
public sealed record TlsClientFiles
{
    /// <summary>PEM file with the authorities that are trusted beside the system's own.</summary>
    public string CaCertFile { get; init; } = "";

    /// <summary>PEM file with the client certificate, for <c>mutualtls</c>.</summary>
    public string CertFile { get; init; } = "";

    /// <summary>PEM file with the client certificate's key.</summary>
    public string KeyFile { get; init; } = "";
}

/// <summary>Makes the HTTP client of an output instance.</summary>
public static class OutputHttpClients
{
    /// <summary>
    /// A client without redirects, cookies, proxies' credentials or a time limit of its own.
    /// </summary>
    /// <param name="options">The instance's options.</param>
    /// <param name="files">The TLS files of the whole router.</param>
    /// <exception cref="OutputConfigurationException">A certificate cannot be read.</exception>
    public static HttpClient Create(HttpOutputOptions options, TlsClientFiles files)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(files);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // a destination may move to another address
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            ActivityHeadersPropagator = null,
            SslOptions = Tls(options, files),
        };
#pragma warning disable RS0030 // this is the one place that makes clients
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
#pragma warning restore RS0030
    }

    private static SslClientAuthenticationOptions Tls(HttpOutputOptions options, TlsClientFiles files)
    {
        var tls = new SslClientAuthenticationOptions();
        if (!options.CheckCert)
        {
#pragma warning disable CA5359 // the user's checkcert: false asks for just this
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
#pragma warning restore CA5359
        else if (files.CaCertFile.Length > 0)
        {
            tls.CertificateChainPolicy = TrustAlso(files.CaCertFile);
        }

        if (options.MutualTls)
        {
            tls.ClientCertificates = [Read("mutualtls", files.CertFile, () => KeyPair.FromPemFiles(files.CertFile, files.KeyFile))];
        }

        return tls;
    }

    private static X509ChainPolicy TrustAlso(string caFile)
    {
        var authorities = Read("checkcert", caFile, () =>
        {
            var read = new X509Certificate2Collection();
            read.ImportFromPemFile(caFile);
            return read;
        });
        using var system = new X509Store(StoreName.Root, StoreLocation.LocalMachine);
        system.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(system.Certificates);
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static T Read<T>(string key, string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException or ArgumentException)
        {
            throw new OutputConfigurationException(key, $"the certificate file '{file}' cannot be read: {exception.Message}");
        }
    }
}
