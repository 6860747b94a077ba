using System.Globalization;
using System.Text;
using Saker.Router.Access;
using Saker.Router.Options;

namespace Saker.Router.Tests.Ingest;

/// <summary>Who sends an alert, how it proves that, and what it may send.</summary>
public sealed class ClientTests
{
    private const string Token = "a token of some length";
    private const string Password = "a password of some length";
    private const string Key = "a key of some length";

    [Theory]
    [InlineData(null, 401)]
    [InlineData("Bearer " + Token, 200)]
    [InlineData("bearer   " + Token + " ", 200)]
    [InlineData("Bearer A token of some length", 401)]
    [InlineData("Bearer ", 401)]
    [InlineData("Basic not base64!", 401)]
    [InlineData("Digest x", 401)]
    public async Task Where_alerts_are_protected_only_a_known_client_sends_them(string? authorization, int status)
    {
        await using var fixture = await IngestFixture.StartAsync(Options([ProtectedArea.Alerts], ("edge", new ClientOptions { Token = new(Token) }), ("ci", Basic)));
        Assert.Equal(status, (await PostAsync(fixture, Alert(), authorization)).Status);
        Assert.Equal(status == 200 ? 1 : 0, fixture.Stored().Count);
    }

    [Fact]
    public async Task A_name_with_its_password_is_a_client_and_another_pair_is_none()
    {
        await using var fixture = await IngestFixture.StartAsync(Options([ProtectedArea.Alerts], ("ci", Basic)));
        Assert.Equal(200, (await PostAsync(fixture, Alert(), Pair($"build:{Password}"))).Status);
        Assert.Equal(401, (await PostAsync(fixture, Alert(), Pair($"build:{Password} "))).Status);
        Assert.Equal(401, (await PostAsync(fixture, Alert(), Pair($"other:{Password}"))).Status);
        Assert.Equal(401, (await PostAsync(fixture, Alert(), Pair($"build{Password}"))).Status);
        Assert.Single(fixture.Stored());
    }

    [Fact]
    public async Task A_wrong_secret_is_told_although_nothing_is_protected_and_none_of_it_is_logged()
    {
        const string Wrong = "A token of some length";
        await using var fixture = await IngestFixture.StartAsync(Options([], ("edge", new ClientOptions { Token = new(Token) })));
        var answer = await PostAsync(fixture, Alert(), "Bearer " + Wrong);
        Assert.Equal(401, answer.Status);
        Assert.Equal("Bearer, Basic realm=\"saker\"", answer.Headers["WWW-Authenticate"]);
        var line = Assert.Single(fixture.Lines.Lines, static line => line.Id == 3200).Text;
        Assert.EndsWith(": the token is that of none of http.clients.", line, StringComparison.Ordinal);
        Assert.DoesNotContain(Wrong, line, StringComparison.Ordinal);
        Assert.Equal(200, (await PostAsync(fixture, Alert())).Status);
    }

    [Fact]
    public async Task A_signature_holds_for_its_body_its_client_and_its_time()
    {
        await using var fixture = await IngestFixture.StartAsync(Options([ProtectedArea.Alerts], ("hook", new ClientOptions { SigningKey = new(Key) }), ("edge", new ClientOptions { Token = new(Token) })));
        var body = Alert();
        Assert.Equal(200, await SendAsync(BodySignature.Sign("hook", Key, DateTimeOffset.UtcNow, Encoding.UTF8.GetBytes(body))));
        Assert.Equal(200, await SendAsync(BodySignature.Sign("hook", Key, DateTimeOffset.UtcNow.AddMinutes(-4), Encoding.UTF8.GetBytes(body))));
        Assert.Equal(401, await SendAsync(BodySignature.Sign("hook", Key, DateTimeOffset.UtcNow.AddMinutes(-6), Encoding.UTF8.GetBytes(body))));
        Assert.Equal(401, await SendAsync(BodySignature.Sign("hook", Key, DateTimeOffset.UtcNow.AddMinutes(6), Encoding.UTF8.GetBytes(body))));
        Assert.Equal(401, await SendAsync(BodySignature.Sign("hook", Key, DateTimeOffset.UtcNow, Encoding.UTF8.GetBytes(body + " "))));
        Assert.Equal(401, await SendAsync(BodySignature.Sign("hook", Key + ".", DateTimeOffset.UtcNow, Encoding.UTF8.GetBytes(body))));
        Assert.Equal(401, await SendAsync(BodySignature.Sign("edge", Key, DateTimeOffset.UtcNow, Encoding.UTF8.GetBytes(body))));
        Assert.Equal(401, await SendAsync("nonsense"));
        Assert.Equal(401, await SendAsync("client=hook,t=99999999999999999999,v1=00"));
        Assert.Equal(2, fixture.Stored().Count);

        async Task<int?> SendAsync(string signature) => (await PostAsync(fixture, body, headers: (BodySignature.Header, signature))).Status;
    }

    [Fact]
    public void A_signature_is_what_openssl_makes_of_it()
    {
        // printf '1764252000.{}' | openssl dgst -sha256 -hmac 'a key of some length'
        var signed = BodySignature.Sign("hook", Key, DateTimeOffset.FromUnixTimeSeconds(1764252000), "{}"u8);
        Assert.Equal("client=hook,t=1764252000,v1=9ab045889f2001cdd7dc80b28572512b82d44fcf5a6f4c455dfab213782dd062", signed);
    }

    [Fact]
    public async Task A_client_sends_only_what_its_roles_and_sources_allow()
    {
        await using var fixture = await IngestFixture.StartAsync(Options(
            [],
            ("edge", new ClientOptions { Token = new(Token), Sources = ["syscall", "aws_cloudtrail"] }),
            ("reader", new ClientOptions { Token = new(Token + "2"), Roles = [ClientRole.Viewer] })));
        Assert.Equal(200, (await PostAsync(fixture, Alert(source: "syscall"), "Bearer " + Token)).Status);
        Assert.Equal(403, (await PostAsync(fixture, Alert(source: "k8s_audit"), "Bearer " + Token)).Status);
        Assert.Equal(403, (await PostAsync(fixture, Alert(source: "syscall"), "Bearer " + Token + "2")).Status);
        var batch = await PostAsync(fixture, $"[{Alert(source: "k8s_audit")},{Alert(source: "syscall")}]", "Bearer " + Token);
        Assert.Equal((200, "{\"accepted\": 1, \"rejected\": [{\"index\": 0, \"reason\": \"the client 'edge' may not send alerts of this source (http.clients)\"}]}"), (batch.Status, batch.Body));
        Assert.Equal(2, fixture.Stored().Count);
    }

    [Fact]
    public async Task A_client_that_sends_more_than_its_rate_is_told_to_wait()
    {
        await using var fixture = await IngestFixture.StartAsync(Options([], ("edge", new ClientOptions { Token = new(Token), Rate = 0.01, Burst = 2 })));
        Assert.Equal(200, (await PostAsync(fixture, Alert(), "Bearer " + Token)).Status);
        Assert.Equal(200, (await PostAsync(fixture, $"[{Alert()},{Alert()}]", "Bearer " + Token)).Status); // paid for afterwards
        var answer = await PostAsync(fixture, Alert(), "Bearer " + Token);
        Assert.Equal(429, answer.Status);
        var wait = int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture);
        Assert.InRange(wait, 190, 200);
        Assert.Equal(200, (await PostAsync(fixture, Alert())).Status); // others have their own
        Assert.Equal(4, fixture.Stored().Count);
    }

    [Fact]
    public async Task An_address_without_a_client_has_a_rate_too()
    {
        await using var fixture = await IngestFixture.StartAsync(new RouterOptions { Http = new HttpOptions { Rate = 0.01, Burst = 1 } });
        Assert.Equal(200, (await PostAsync(fixture, Alert())).Status);
        Assert.Equal(429, (await PostAsync(fixture, Alert())).Status);
        Assert.Contains("saker_router_not_taken_total{reason=\"rate limit\"} 1", await fixture.ScrapeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_fails_too_often_is_told_to_wait_and_whoever_is_right_is_let_in()
    {
        await using var fixture = await IngestFixture.StartAsync(Options([ProtectedArea.Alerts], ("edge", new ClientOptions { Token = new(Token) })));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(401, (await PostAsync(fixture, Alert(), "Bearer wrong")).Status);
        }

        Assert.Equal(429, (await PostAsync(fixture, Alert(), "Bearer wrong")).Status);
        Assert.Equal(200, (await PostAsync(fixture, Alert(), "Bearer " + Token)).Status);
        Assert.Contains("saker_router_not_taken_total{reason=\"too many failed attempts\"} 1", await fixture.ScrapeAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/metrics", "GET", ClientRole.Metrics, 200)]
    [InlineData("/metrics", "GET", ClientRole.Operator, 200)]
    [InlineData("/metrics", "GET", ClientRole.Sender, 403)]
    [InlineData("/metrics", "GET", null, 401)]
    [InlineData("/test", "POST", ClientRole.Sender, 200)]
    [InlineData("/test", "POST", ClientRole.Admin, 403)]
    [InlineData("/test", "POST", null, 401)]
    [InlineData("/healthz", "GET", null, 200)]
    [InlineData("/ping", "GET", null, 200)]
    public async Task Metrics_and_test_can_need_a_client_and_probes_never_do(string path, string method, object? role, int status)
    {
        var client = new ClientOptions { Token = new(Token), Roles = role is ClientRole given ? [given] : [] };
        await using var fixture = await IngestFixture.StartAsync(Options([ProtectedArea.Metrics, ProtectedArea.Test], ("a", client)));
        List<KeyValuePair<string, string>> headers = role is null ? [] : [KeyValuePair.Create("Authorization", "Bearer " + Token)];
        Assert.Equal(status, (await RawHttp.SendAsync(fixture.Port, RawHttp.Request(method, path, headers, []))).Status);
    }

    [Fact]
    public async Task An_alert_with_more_fields_or_depth_than_allowed_is_not_taken()
    {
        await using var fixture = await IngestFixture.StartAsync(new RouterOptions { Http = new HttpOptions { MaxFields = 2, MaxDepth = 4 } });
        Assert.Equal(200, (await PostAsync(fixture, Alert(fields: "\"a\":1,\"b\":[2]"))).Status);
        Assert.Equal(413, (await PostAsync(fixture, Alert(fields: "\"a\":1,\"b\":2,\"c\":3"))).Status);
        Assert.Equal(400, (await PostAsync(fixture, Alert(fields: "\"a\":[[[1]]]"))).Status);
        Assert.Single(fixture.Stored());
    }

    private static ClientOptions Basic => new() { User = "build", Password = new(Password) };

    private static string Pair(string pair) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair));

    private static RouterOptions Options(IReadOnlyList<ProtectedArea> areas, params (string Name, ClientOptions Options)[] clients) => new()
    {
        Http = new HttpOptions { Protect = areas, Clients = clients.ToDictionary(static client => client.Name, static client => client.Options) },
    };

    private static string Alert(string source = "syscall", string fields = "\"a\":\"1\"") =>
        $"{{\"output\":\"o\",\"priority\":\"Notice\",\"rule\":\"r\",\"source\":\"{source}\",\"time\":\"2026-11-23T19:18:08Z\",\"output_fields\":{{{fields}}}}}";

    private static Task<RawAnswer> PostAsync(IngestFixture fixture, string body, string? authorization = null, params (string Name, string Value)[] headers)
    {
        List<KeyValuePair<string, string>> all = [KeyValuePair.Create("Content-Type", "application/json"), .. headers.Select(static header => KeyValuePair.Create(header.Name, header.Value))];
        if (authorization is not null)
        {
            all.Add(KeyValuePair.Create("Authorization", authorization));
        }

        return RawHttp.SendAsync(fixture.Port, RawHttp.Request("POST", "/", all, Encoding.UTF8.GetBytes(body)));
    }
}
