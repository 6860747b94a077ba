using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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
        var server = PemFile.Pair(options.CertFile, "certfile", options.KeyFile, "keyfile", fault);
        var authorities = options.MutualTls ? PemFile.Certificates(options.CaCertFile, "cacertfile", fault) : null;
        return server is not var (certificate, chain) || (options.MutualTls && authorities is null)
            ? null
            : new Material(SslStreamCertificateContext.Create(certificate, chain, offline: true), authorities);
    }

    private sealed record Material(SslStreamCertificateContext Server, X509Certificate2Collection? Authorities);
}
