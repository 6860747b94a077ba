using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using Saker.Router.Configuration;
using Saker.Router.Http;
using Saker.Router.Tests.Configuration;
using Saker.Settings;
using Saker.Testing;

namespace Saker.Router.Tests.Ingest;

/// <summary>The recorded requests to Falcosidekick's two ports, sent to ours.</summary>
public sealed class ServerTlsTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>The lines of docs/falcosidekick-differences.md that the recorded requests need.</summary>
    public static readonly string[] Differences = ["alpn", "blanks", "exit-codes", "missing-authority", "old-tls"];

    private readonly TestCertificates certificates = new();

    public void Dispose() => certificates.Dispose();

    [Fact]
    public async Task Both_ports_answer_the_recorded_requests_as_recorded()
    {
        var (compared, left) = (0, 0);
        var differences = new List<string>();
        foreach (var recorded in RecordedSettings.Lines("http-api-tls.jsonl"))
        {
            var name = recorded.GetProperty("name").GetString()!;
            var (port, plain) = (LoopbackServer.ClosedPort(), LoopbackServer.ClosedPort());
            var configuration = Load(recorded, port, plain);
            if (!recorded.TryGetProperty("requests", out _))
            {
                Assert.True(configuration.IsRefused, $"{name} starts"); // exit-codes
                left++;
                continue;
            }

            if (name == "mutual with missing ca file")
            {
                Assert.Equal("tlsserver.cacertfile", Assert.Single(configuration.Faults, static fault => fault.Severity == FaultSeverity.Error).Key);
                left += recorded.GetProperty("requests").GetArrayLength(); // missing-authority
                continue;
            }

            Assert.DoesNotContain(configuration.Faults, static fault => fault.Severity == FaultSeverity.Error);
            await using var fixture = await IngestFixture.StartAsync(configuration.Router, port: port);
            foreach (var request in recorded.GetProperty("requests").EnumerateArray())
            {
                if (Difference(name, request) is not null)
                {
                    left++;
                    continue;
                }

                compared++;
                var expected = Expected(request);
                var got = await SendAsync(request, request.GetProperty("port").GetString() == "listenport" ? port : plain);
                if (got != expected)
                {
                    differences.Add($"{name}: {request.GetProperty("port")} {request.GetProperty("scheme")} {request.GetProperty("method")} {request.GetProperty("path")}: recorded {expected}, ours {got}");
                }
            }
        }

        RecordedCases.Note(output, "TLS", compared - differences.Count, compared, left);
        Assert.True(differences.Count == 0, string.Join("\n", differences));
        Assert.True(compared > 200, $"only {compared}");
    }

    [Theory]
    [InlineData("keyfile: CERT/client.key", "tlsserver.keyfile")]
    [InlineData("certfile: CERT/ca.srl", "tlsserver.certfile")]
    [InlineData("certfile: /nonexistent", "tlsserver.certfile")]
    [InlineData("mutualtls: true\n  cacertfile: CERT/ca.srl", "tlsserver.cacertfile")]
    [InlineData("notlspaths: [/ping]\n  notlsport: 2801", "tlsserver.notlsport")]
    public void What_cannot_be_used_is_an_error_at_the_start(string yaml, string key)
    {
        var keys = new Dictionary<string, string> { ["certfile"] = "CERT/server.crt", ["keyfile"] = "CERT/server.key" };
        var lines = keys.Where(pair => !yaml.StartsWith(pair.Key, StringComparison.Ordinal)).Select(static pair => $"  {pair.Key}: {pair.Value}\n");
        var configuration = Load($"tlsserver:\n  deploy: true\n{string.Concat(lines)}  {yaml}\n", []);
        Assert.True(configuration.IsRefused);
        Assert.Equal(key, Assert.Single(configuration.Faults).Key);
    }

    [Fact]
    public async Task A_renewed_certificate_is_used_after_reading_again_and_a_broken_one_is_not()
    {
        var options = Load("tlsserver:\n  deploy: true\n  certfile: CERT/server.crt\n  keyfile: CERT/server.key\n", []).Router;
        var certificates = ServerCertificates.Read(options.TlsServer, static (_, sentence) => Assert.Fail(sentence))!;
        var port = LoopbackServer.ClosedPort();
        await using var fixture = await IngestFixture.StartAsync(options, port: port, certificates: certificates);
        var first = await this.certificates.SerialNumberAtAsync(port);
        var renewed = this.certificates.RenewServer();
        Assert.Equal(first, await this.certificates.SerialNumberAtAsync(port));
        Assert.Null(certificates.TryReadAgain());
        Assert.Equal(renewed, await this.certificates.SerialNumberAtAsync(port));
        await File.WriteAllTextAsync(Path.Combine(this.certificates.Folder, "server.crt"), "broken", TestContext.Current.CancellationToken);
        Assert.StartsWith("tlsserver.certfile: ", certificates.TryReadAgain(), StringComparison.Ordinal);
        Assert.Equal(renewed, await this.certificates.SerialNumberAtAsync(port));
    }

    // The line of docs/falcosidekick-differences.md that says why a request is not compared; null for one that is.
    private static string? Difference(string name, JsonElement request) =>
        request.TryGetProperty("tls_max", out var max) && max.GetString() is "1.0" or "1.1" ? "old-tls"
        : request.TryGetProperty("alpn_offered", out _) ? "alpn"
        : name == "notlspaths from environment with space" && request.GetProperty("path").GetString() == "/healthz" ? "blanks"
        : null;

    private static (int? Status, string Body) Expected(JsonElement request) => request.GetProperty("status").ValueKind == JsonValueKind.Null
        ? (null, "")
        : (request.GetProperty("status").GetInt32(), Body(request.GetProperty("response_body").GetString()!));

    private static string Body(string text) => text.Contains("falcosecurity_", StringComparison.Ordinal) ? "<the metrics>" : text;

    private async Task<(int? Status, string Body)> SendAsync(JsonElement request, int port)
    {
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = request.TryGetProperty("tls_max", out _) ? SslProtocols.Tls12 : SslProtocols.None,
                CertificateChainPolicy = this.certificates.Trust,
                ClientCertificates = request.TryGetProperty("client_cert", out var name) ? [this.certificates.Client(name.GetString()!)] : [],
                LocalCertificateSelectionCallback = static (_, _, certificates, _, _) => certificates.Count > 0 ? certificates[0] : null!,
            },
        };
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(20) };
        using var message = new HttpRequestMessage(new HttpMethod(request.GetProperty("method").GetString()!), $"{request.GetProperty("scheme").GetString()}://127.0.0.1:{port}{request.GetProperty("path").GetString()}")
        {
            Version = request.TryGetProperty("http_version", out _) ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (request.TryGetProperty("body", out var body))
        {
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.GetString()!));
        }

        try
        {
            using var answer = await client.SendAsync(message, TestContext.Current.CancellationToken);
            return ((int)answer.StatusCode, Body(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        }
        catch (HttpRequestException)
        {
            return (null, "");
        }
    }

    private RouterConfiguration Load(JsonElement recorded, int port, int plain)
    {
        var variables = recorded.TryGetProperty("env", out var env) ? env.EnumerateObject().ToDictionary(static pair => pair.Name, static pair => pair.Value.GetString()!) : [];
        variables["LISTENADDRESS"] = "127.0.0.1";
        variables["LISTENPORT"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var yaml = recorded.GetProperty("config").GetString()!.Replace("NOTLSPORT", plain.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return Load(yaml.Replace("LISTENPORT", variables["LISTENPORT"], StringComparison.Ordinal), variables);
    }

    private RouterConfiguration Load(string yaml, Dictionary<string, string> variables)
    {
        var file = Path.Combine(certificates.Folder, "router.yaml");
        File.WriteAllText(file, yaml.Replace("CERT/", certificates.Folder + "/", StringComparison.Ordinal));
        return RouterConfigurationLoader.Load(file, new EnvironmentVariables(variables), RecordedSettings.Catalogue);
    }
}
