using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Saker.Router.Configuration;
using Saker.Router.Ingest;
using Saker.Router.Options;
using Saker.Tls;

namespace Saker.Router.Http;

/// <summary>The certificate towards senders and the authorities of theirs. They can be read again while the router runs.</summary>
internal sealed class ServerCertificates
{
    // Extended key usage of certificates for clients: RFC 5280, 4.2.1.12.
    private const string ForClients = "1.3.6.1.5.5.7.3.2";

    private readonly TlsServerOptions options;
    private volatile Material material;

    private ServerCertificates(TlsServerOptions options, Material material)
    {
        this.options = options;
        this.material = material;
    }

    /// <summary>The files that are read.</summary>
    public IReadOnlyList<string> Files => options.MutualTls ? [options.CertFile, options.KeyFile, options.CaCertFile] : [options.CertFile, options.KeyFile];

    /// <summary>Reads the files; null when one of them is no good, which then is a key and a sentence for <paramref name="fault"/>.</summary>
    public static ServerCertificates? Read(TlsServerOptions options, Action<string, string> fault) =>
        ReadMaterial(options, fault) is { } material ? new ServerCertificates(options, material) : null;

    /// <summary>Reads the files again for connections from now on; with a fault, which is returned, those before stay in use.</summary>
    public string? TryReadAgain()
    {
        string? problem = null;
        if (ReadMaterial(options, (key, sentence) => problem ??= $"tlsserver.{key}: {sentence}") is { } material)
        {
            // The one before is not disposed of: handshakes under way use it.
            this.material = material;
        }

        return problem;
    }

    /// <summary>The terms of a new connection.</summary>
    public SslServerAuthenticationOptions ForConnection()
    {
        var material = this.material;
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = material.Server,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            ClientCertificateRequired = material.Authorities is not null,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => material.Authorities is null || IsFromThem(certificate, material.Authorities),
        };
    }

    // Whether the certificate was revoked is not asked: the authority of one's own senders seldom publishes that.
    private static bool IsFromThem(X509Certificate? certificate, X509Certificate2Collection authorities)
    {
        if (certificate is not X509Certificate2 client)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ForClients));
        return chain.Build(client);
    }

    private static Material? ReadMaterial(TlsServerOptions options, Action<string, string> fault)
    {
        var server = Try("certfile", options.CertFile, fault, () => ReadServer(options, fault));
        var authorities = options.MutualTls ? Try("cacertfile", options.CaCertFile, fault, () => ReadAuthorities(options.CaCertFile, fault)) : null;
        return server is null || (options.MutualTls && authorities is null) ? null : new Material(server, authorities);
    }

    private static SslStreamCertificateContext? ReadServer(TlsServerOptions options, Action<string, string> fault)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(File.ReadAllText(options.CertFile));
        if (chain.Count == 0)
        {
            fault("certfile", $"The file '{options.CertFile}' holds no certificate in PEM form.");
            return null;
        }

        var key = Try("keyfile", options.KeyFile, fault, () => File.ReadAllText(options.KeyFile));
        if (key is null)
        {
            return null;
        }

        try
        {
            using var ephemeral = X509Certificate2.CreateFromPem(File.ReadAllText(options.CertFile), key);
            var certificate = KeyPair.Usable(ephemeral);
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            fault("keyfile", $"The file '{options.KeyFile}' holds no key in PEM form that belongs to the certificate in '{options.CertFile}'.");
            return null;
        }
    }

    private static X509Certificate2Collection? ReadAuthorities(string file, Action<string, string> fault)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(File.ReadAllText(file));
        if (authorities.Count > 0)
        {
            return authorities;
        }

        fault("cacertfile", $"The file '{file}' holds no certificate in PEM form.");
        return null;
    }

    private static T? Try<T>(string key, string file, Action<string, string> fault, Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            fault(key, $"The file cannot be read: {exception.Message}");
        }
        catch (CryptographicException)
        {
            fault(key, $"The file '{file}' holds no certificate in PEM form.");
        }

        return null;
    }

    private sealed record Material(SslStreamCertificateContext Server, X509Certificate2Collection? Authorities);
}
