using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Saker.Testing;

/// <summary>Certificates of the names that the recorded TLS requests use, made on the fly in a folder of their own.</summary>
public sealed class TestCertificates : IDisposable
{
    private const string ForServers = "1.3.6.1.5.5.7.3.1";
    private const string ForClients = "1.3.6.1.5.5.7.3.2";

    private readonly DateTimeOffset now = TimeProvider.System.GetUtcNow();
    private readonly Dictionary<string, X509Certificate2> clients = [];
    private readonly X509Certificate2 authority;

    /// <summary>Makes <c>ca.crt</c>, <c>server.crt</c>, <c>server.key</c>, <c>client.key</c>, and <c>ca.srl</c>, which is no PEM.</summary>
    public TestCertificates()
    {
        Folder = Directory.CreateTempSubdirectory("saker-certs").FullName;
        authority = Authority("Saker test authority");
        File.WriteAllText(Path.Combine(Folder, "ca.crt"), authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(Folder, "ca.srl"), "01\n");
        RenewServer();
        using var other = Authority("Another authority");
        clients["client"] = Issue(authority, "client", ForClients, now.AddDays(-1), now.AddDays(1));
        clients["otherclient"] = Issue(other, "other client", ForClients, now.AddDays(-1), now.AddDays(1));
        clients["expired"] = Issue(authority, "expired client", ForClients, now.AddDays(-3), now.AddDays(-2));
        clients["srvonly"] = Issue(authority, "a server", ForServers, now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(Path.Combine(Folder, "client.key"), clients["client"].GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Where they are.</summary>
    public string Folder { get; }

    /// <summary>Trusts what the authority of these certificates signed.</summary>
    public X509ChainPolicy Trust => new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck };

    /// <summary>A client's certificate with its key: <c>client</c>, <c>otherclient</c>, <c>expired</c> or <c>srvonly</c>.</summary>
    public X509Certificate2 Client(string name) => clients[name];

    /// <summary>A server's certificate for a name, signed by the authority.</summary>
    public X509Certificate2 ServerOf(string name) => Issue(authority, name, ForServers, now.AddDays(-1), now.AddDays(1));

    /// <summary>Puts another certificate into <c>server.crt</c> and <c>server.key</c>; gives its serial number.</summary>
    public string RenewServer()
    {
        using var server = Issue(authority, "127.0.0.1", ForServers, now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(Path.Combine(Folder, "server.crt"), server.ExportCertificatePem());
        File.WriteAllText(Path.Combine(Folder, "server.key"), server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return server.SerialNumber;
    }

    /// <summary>The serial number of the certificate that a server of this machine presents, which must be one of these.</summary>
    public async Task<string> SerialNumberAtAsync(int port)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        await using var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", CertificateChainPolicy = Trust });
        return tls.RemoteCertificate!.GetSerialNumberString();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in clients.Values)
        {
            client.Dispose();
        }

        authority.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(now.AddDays(-10), now.AddDays(10));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name, string usage, DateTimeOffset from, DateTimeOffset to)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        if (name.Contains('.', StringComparison.Ordinal) && Uri.CheckHostName(name) == UriHostNameType.Dns)
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, from, to, RandomNumberGenerator.GetBytes(12));
        using var withKey = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
