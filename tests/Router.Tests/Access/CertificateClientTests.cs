using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Saker.Router.Access;
using Saker.Router.Options;
using Saker.Router.Tests.Ingest;
using Saker.Testing;

namespace Saker.Router.Tests.Access;

/// <summary>Clients that are known by their certificate.</summary>
public sealed class CertificateClientTests
{
    [Fact]
    public void A_certificate_has_the_names_of_its_subject_and_its_alternative_names()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("node-1.example");
        names.AddUri(new Uri("spiffe://cluster/ns/falco/sa/falco"));
        names.AddEmailAddress("security@example.com");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddUserPrincipalName("nobody@example.com");
        using var certificate = Make("CN=node 1, O=Example", names.Build());
        Assert.Equal(["node 1", "node-1.example", "spiffe://cluster/ns/falco/sa/falco", "security@example.com"], CertificateNames.Of(certificate));
    }

    [Fact]
    public void A_certificate_without_names_or_with_broken_ones_has_those_that_can_be_read()
    {
        using var nameless = Make("O=Example", null);
        Assert.Empty(CertificateNames.Of(nameless));
        using var broken = Make("CN=a", new X509Extension("2.5.29.17", [0x30, 0x05, 0x82, 0x7F], critical: false));
        Assert.Equal(["a"], CertificateNames.Of(broken));
    }

    [Fact]
    public async Task The_holder_of_a_certificate_is_the_client_that_has_its_name()
    {
        using var certificates = new TestCertificates();
        var port = LoopbackServer.ClosedPort();
        await using var fixture = await IngestFixture.StartAsync(
            new RouterOptions
            {
                TlsServer = new TlsServerOptions { Deploy = true, MutualTls = true, CertFile = In("server.crt"), KeyFile = In("server.key"), CaCertFile = In("ca.crt") },
                Http = new HttpOptions
                {
                    Protect = [ProtectedArea.Alerts],
                    Clients = new Dictionary<string, ClientOptions>
                    {
                        ["node"] = new() { Certificate = "client", Sources = ["syscall"] },
                        ["other"] = new() { Certificate = "other client" },
                    },
                },
            },
            port: port);
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = certificates.Trust, ClientCertificates = [certificates.Client("client")] },
        };
        using var client = new HttpClient(handler);
        Assert.Equal(HttpStatusCode.OK, await PostAsync("syscall"));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync("k8s_audit"));
        Assert.Single(fixture.Stored());

        string In(string file) => Path.Combine(certificates.Folder, file);

        async Task<HttpStatusCode> PostAsync(string source)
        {
            using var content = new StringContent($"{{\"output\":\"o\",\"priority\":\"Notice\",\"rule\":\"r\",\"source\":\"{source}\",\"time\":\"2026-11-23T19:18:08Z\",\"output_fields\":{{\"a\":1}}}}", Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(new Uri($"https://127.0.0.1:{port}/"), content, TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
    }

    private static X509Certificate2 Make(string subject, X509Extension? extension)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (extension is not null)
        {
            request.CertificateExtensions.Add(extension);
        }

        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now, now.AddDays(1));
    }
}
