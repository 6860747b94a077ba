using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Saker.Router.Access;
using Saker.Router.Api;
using Saker.Router.Http;
using Saker.Router.Options;
using Saker.Router.Telemetry;
using Saker.Router.Tests.Delivery;
using Saker.Router.Tests.Ingest;
using Saker.Router.Web;
using Saker.Testing;

namespace Saker.Router.Tests.Api;

/// <summary>On the port the API is for clients that are known, each with the roles that it has.</summary>
public sealed class ApiAccessTests
{
    private const string Token = "a token of some length";
    private const string Alert = """{"output":"o","priority":"Notice","rule":"r","time":"2026-11-23T19:18:08Z","output_fields":{"a":"1"}}""";

    [Theory]
    [InlineData("GET", "/api/v1/outputs", ClientRole.Viewer, 200)]
    [InlineData("GET", "/api/v1/outputs", ClientRole.Operator, 200)]
    [InlineData("GET", "/api/v1/outputs", ClientRole.Metrics, 403)]
    [InlineData("GET", "/api/v1/outputs", ClientRole.Sender, 403)]
    [InlineData("GET", "/api/v1/outputs", null, 401)]
    [InlineData("GET", "/api/v1/dead-letters", ClientRole.Viewer, 200)]
    [InlineData("DELETE", "/api/v1/dead-letters?all=true", ClientRole.Viewer, 403)]
    [InlineData("DELETE", "/api/v1/dead-letters?all=true", ClientRole.Operator, 200)]
    [InlineData("POST", "/api/v1/outputs/a/pause", ClientRole.Viewer, 403)]
    [InlineData("POST", "/api/v1/outputs/a/pause", ClientRole.Admin, 200)]
    [InlineData("GET", "/api/v1/configuration", ClientRole.Operator, 403)]
    [InlineData("GET", "/api/v1/configuration", ClientRole.Admin, 200)]
    [InlineData("GET", "/api/v1/nothing", ClientRole.Viewer, 404)]
    [InlineData("GET", "/api/v1/nothing", null, 401)]
    [InlineData("PUT", "/api/v1/nothing", ClientRole.Sender, 403)]
    [InlineData("POST", "/api/v1/nothing/test", ClientRole.Sender, 403)]
    [InlineData("POST", "/api/v1/nothing", null, 400)] // an alert, as on any other path, and here none
    [InlineData("GET", "/api/v10", null, 400)] // any other path is for alerts
    public async Task Each_endpoint_needs_its_role(string method, string path, object? role, int status)
    {
        await using var rig = ApiRig.Open(DeliveryRig.Instance("a", new ScriptedOutput()));
        await using var fixture = await StartAsync(rig, Options(role is ClientRole given ? given : ClientRole.Admin));
        var answer = await SendAsync(fixture, method, path, role is null ? null : "Bearer " + Token);
        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 401 ? "Bearer, Basic realm=\"saker\"" : null, answer.Headers.GetValueOrDefault("WWW-Authenticate"));
        Assert.Equal(status is 401 or 403 or 404, answer.Headers.GetValueOrDefault("Content-Type") == "application/problem+json");
        Assert.Empty(fixture.Stored());
    }

    [Fact]
    public async Task Without_any_client_the_answer_says_how_to_be_one()
    {
        await using var rig = ApiRig.Open();
        await using var fixture = await StartAsync(rig, new RouterOptions());
        var answer = await SendAsync(fixture, "GET", "/api/v1/outputs", null);
        Assert.Equal(401, answer.Status);
        Assert.Contains("http.clients", answer.Body, StringComparison.Ordinal);
        Assert.Contains("control socket", answer.Body, StringComparison.Ordinal);
        Assert.Contains("saker_router_not_taken_total{reason=\"unknown client\"} 1", await fixture.ScrapeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_fails_too_often_is_told_to_wait()
    {
        await using var rig = ApiRig.Open();
        await using var fixture = await StartAsync(rig, Options(ClientRole.Viewer));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(401, (await SendAsync(fixture, "GET", "/api/v1/outputs", "Bearer wrong")).Status);
        }

        var answer = await SendAsync(fixture, "GET", "/api/v1/outputs", "Bearer wrong");
        Assert.Equal((429, "60"), (answer.Status, answer.Headers["Retry-After"]));
        Assert.Equal(200, (await SendAsync(fixture, "GET", "/api/v1/outputs", "Bearer " + Token)).Status);
    }

    [Fact]
    public async Task Under_strict_compatibility_its_paths_take_alerts_as_any_other()
    {
        await using var rig = ApiRig.Open();
        await using var fixture = await StartAsync(rig, new RouterOptions { StrictCompatibility = true });
        Assert.Equal(200, (await SendAsync(fixture, "POST", "/api/v1/outputs", null, Alert)).Status);
        Assert.Equal(400, (await SendAsync(fixture, "GET", "/api/v1/outputs", null)).Status);
        Assert.Single(fixture.Stored());
    }

    [Fact]
    public async Task With_TLS_it_is_on_that_port_only_also_when_every_other_path_is_not()
    {
        using var certificates = new TestCertificates();
        await using var rig = ApiRig.Open();
        var (port, plain) = (LoopbackServer.ClosedPort(), LoopbackServer.ClosedPort());
        var tls = new TlsServerOptions { Deploy = true, CertFile = Path.Combine(certificates.Folder, "server.crt"), KeyFile = Path.Combine(certificates.Folder, "server.key"), NoTlsPort = plain, NoTlsPaths = ["/"] };
        await using var fixture = await StartAsync(rig, Options(ClientRole.Viewer) with { TlsServer = tls }, port);
        foreach (var (method, path) in ((string, string)[])[("GET", "/api/v1/outputs"), ("POST", "/api/v1/route")])
        {
            List<KeyValuePair<string, string>> token = [KeyValuePair.Create("Authorization", "Bearer " + Token)];
            Assert.Equal(404, (await RawHttp.SendAsync(plain, RawHttp.Request(method, path, token, Encoding.UTF8.GetBytes(Alert)))).Status);
        }

        Assert.Empty(fixture.Stored());
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null } };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"https://127.0.0.1:{port}/api/v1/outputs"));
        request.Headers.Authorization = new("Bearer", Token);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    private static async Task<IngestFixture> StartAsync(ApiRig rig, RouterOptions options, int port = 0)
    {
        IngestFixture? fixture = null;
        var lines = new LogLines();
        var limited = new LimitedLog(TimeProvider.System);
        EndpointApplication? application = null;
        var api = new Lazy<ApiEndpoints>(() => new ApiEndpoints(rig.Backend with
        {
            Admission = new Admission(new AccessControl(options.Http, TimeProvider.System), new Refusals(fixture!.Metrics, limited, lines)),
        }));
        application = new EndpointApplication(ApiEndpoints.AddServices, web => api.Value.Map(web), NullLoggerFactory.Instance);
        fixture = await IngestFixture.StartAsync(options, port: port, application: application);
        return fixture;
    }

    private static RouterOptions Options(ClientRole role) => new()
    {
        Http = new HttpOptions { Clients = new Dictionary<string, ClientOptions> { ["one"] = new() { Token = new(Token), Roles = [role] } } },
    };

    private static Task<RawAnswer> SendAsync(IngestFixture fixture, string method, string path, string? authorization, string body = "")
    {
        List<KeyValuePair<string, string>> headers = authorization is null ? [] : [KeyValuePair.Create("Authorization", authorization)];
        return RawHttp.SendAsync(fixture.Port, RawHttp.Request(method, path, headers, Encoding.UTF8.GetBytes(body)));
    }
}
