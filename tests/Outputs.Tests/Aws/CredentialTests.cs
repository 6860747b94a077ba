using System.Collections.Concurrent;
using System.Text;
using System.Web;
using Microsoft.Extensions.Time.Testing;
using Saker.Alerts;
using Saker.Outputs.Aws.Signing;
using Saker.Outputs.Testing;
using Saker.Testing;

namespace Saker.Outputs.Tests.Aws;

/// <summary>Where credentials come from, shown by who signed: STS and the metadata services are on 127.0.0.1.</summary>
public sealed class CredentialTests : IAsyncLifetime
{
    private const string Sns = "  sns:\n    topicarn: arn:aws:sns:eu-west-1:123456789012:falco\n";
    private const string Expired = "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error></ErrorResponse>";
    private readonly string folder = Directory.CreateTempSubdirectory("saker-aws-").FullName;
    private readonly ConcurrentQueue<LoopbackRequest> seen = [];
    private LoopbackServer server = null!;
    private Func<LoopbackRequest, LoopbackAnswer?> special = static _ => null;

    public async ValueTask InitializeAsync() => server = await LoopbackServer.StartAsync(Answer);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Variables_are_used_with_their_session_token()
    {
        var sent = await SendAsync("", ("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_SESSION_TOKEN", "token-env"));
        Assert.Equal(("AKIDENV", "token-env"), (Key(sent), sent.Headers["X-Amz-Security-Token"]));
        Assert.Contains("x-amz-security-token", sent.Headers["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_configuration_comes_first() =>
        Assert.Equal("AKIDYAML", Key(await SendAsync("  accesskeyid: AKIDYAML\n  secretaccesskey: s\n", ("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "s"))));

    [Fact]
    public async Task A_role_is_assumed_with_its_external_id()
    {
        var sent = await SendAsync("  accesskeyid: AKIDYAML\n  secretaccesskey: s\n  rolearn: arn:aws:iam::1:role/falco\n  externalid: ext-1\n");
        Assert.Equal(("ASIAROLE", "token-role"), (Key(sent), sent.Headers["X-Amz-Security-Token"]));
        var asked = seen.First();
        Assert.Equal("AKIDYAML", Key(asked));
        Assert.Equal("Action=AssumeRole&ExternalId=ext-1&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Ffalco&RoleSessionName=saker-router&Version=2011-06-15", Encoding.UTF8.GetString(asked.Body.Span));
    }

    [Fact]
    public async Task A_web_identity_is_handed_in_unsigned()
    {
        var file = Write("token", "jwt-of-the-pod\n");
        var sent = await SendAsync("", ("AWS_WEB_IDENTITY_TOKEN_FILE", file), ("AWS_ROLE_ARN", "arn:aws:iam::1:role/pod"), ("AWS_ROLE_SESSION_NAME", "pod-1"));
        Assert.Equal("ASIAROLE", Key(sent));
        var form = HttpUtility.ParseQueryString(Encoding.UTF8.GetString(seen.First().Body.Span));
        Assert.Equal(("AssumeRoleWithWebIdentity", "jwt-of-the-pod", "pod-1"), (form["Action"], form["WebIdentityToken"], form["RoleSessionName"]));
        Assert.False(seen.First().Headers.ContainsKey("Authorization"));
    }

    [Theory]
    [InlineData("default", "AKIDFILE")]
    [InlineData("work", "AKIDWORK")]
    [InlineData("viarole", "ASIAROLE")]
    [InlineData("itself", "ASIAROLE")]
    public async Task A_profile_is_read_with_its_role(string profile, string key)
    {
        var credentials = Write("credentials", "# mine\n[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key=s\n\n[work]\naws_access_key_id=AKIDWORK # a comment\naws_secret_access_key=s\n[itself]\naws_access_key_id=AKIDOWN\naws_secret_access_key=s\n");
        var config = Write("config", "[profile viarole]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = work\nexternal_id = e\n[profile itself]\nrole_arn=arn:aws:iam::1:role/y\nsource_profile=itself\n[profile work]\nregion = eu-north-1\n");
        var sent = await SendAsync("", ("AWS_SHARED_CREDENTIALS_FILE", credentials), ("AWS_CONFIG_FILE", config), ("AWS_PROFILE", profile));
        Assert.Equal(key, Key(sent));
        Assert.Equal(profile switch { "viarole" => "AKIDWORK", "itself" => "AKIDOWN", _ => key }, Key(seen.First()));
    }

    [Theory]
    [InlineData("[profile a]\nrole_arn=r\nsource_profile=b\n[profile b]\nrole_arn=r\nsource_profile=a\n", "its own source_profile")]
    [InlineData("[profile a]\nsso_session=x\n", "sso_session")]
    [InlineData("[profile a]\nrole_arn=r\n", "neither a source_profile nor a credential_source")]
    [InlineData("", "no profile a")]
    public async Task A_profile_that_is_of_no_use_says_why(string config, string words)
    {
        await using var router = Load("", ("AWS_CONFIG_FILE", Write("config", config)), ("AWS_SHARED_CREDENTIALS_FILE", "/no/such"), ("AWS_PROFILE", "a"));
        var result = (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0];
        Assert.Equal(DeliveryStatus.Blocked, result.Status);
        Assert.Contains(words, result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_is_asked_with_its_token()
    {
        var sent = await SendAsync("", ("AWS_CONTAINER_CREDENTIALS_FULL_URI", $"{server.Address}container"), ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", Write("auth", "let-me-in")));
        Assert.Equal("ASIACONTAINER", Key(sent));
        Assert.Equal("let-me-in", seen.First().Headers["Authorization"]);
    }

    [Fact]
    public async Task A_containers_token_goes_to_no_stranger()
    {
        await using var router = Load("", ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/container"), ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "let-me-in"), ("HOME", folder));
        var result = (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0];
        Assert.Equal(DeliveryStatus.Blocked, result.Status);
        Assert.Contains("AWS_CONTAINER_CREDENTIALS_FULL_URI", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_is_asked_past_the_proxy_with_a_token_of_its_own()
    {
        var sent = await SendAsync("", ("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.Address.ToString()), ("HOME", folder), ("NO_PROXY", "127.0.0.1"), ("HTTP_PROXY", "http://no-such-proxy.invalid:1"));
        Assert.Equal("ASIAINSTANCE", Key(sent));
        Assert.Equal(["PUT /latest/api/token", "GET /latest/meta-data/iam/security-credentials/", "GET /latest/meta-data/iam/security-credentials/my-role"], seen.Take(3).Select(static r => $"{r.Method} {r.Path}"));
        Assert.Equal("imds-token", seen.ElementAt(2).Headers["X-aws-ec2-metadata-token"]);
    }

    [Fact]
    public async Task An_instance_that_may_not_be_asked_is_not_and_the_reason_names_every_place()
    {
        await using var router = Load("", ("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.Address.ToString()), ("HOME", folder));
        var result = (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0];
        Assert.Equal(DeliveryStatus.Blocked, result.Status);
        Assert.Contains("aws.accesskeyid", result.Reason, StringComparison.Ordinal);
        Assert.Empty(seen);
    }

    [Fact]
    public async Task Temporary_credentials_that_expired_are_fetched_anew_with_the_next_attempt()
    {
        var refused = 0;
        special = request => request.Headers.TryGetValue("Authorization", out var by) && by.Contains("/sns/", StringComparison.Ordinal) && refused++ == 0
            ? new LoopbackAnswer { Status = 403, Body = Encoding.UTF8.GetBytes(Expired) } : null;
        await using var router = Load("  accesskeyid: AKIDYAML\n  secretaccesskey: s\n  rolearn: arn:aws:iam::1:role/falco\n");
        Assert.Equal(DeliveryStatus.Retry, (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0].Status);
        Assert.Equal(DeliveryStatus.Delivered, (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0].Status);
        Assert.Equal(2, seen.Count(static request => Encoding.UTF8.GetString(request.Body.Span).StartsWith("Action=AssumeRole&", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(403, "AccessDenied", DeliveryStatus.Blocked)]
    [InlineData(400, "Throttling", DeliveryStatus.Retry)]
    [InlineData(503, "ServiceUnavailable", DeliveryStatus.Retry)]
    public async Task What_STS_says_decides(int status, string code, DeliveryStatus expected)
    {
        special = _ => new LoopbackAnswer { Status = status, Body = Encoding.UTF8.GetBytes($"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>") };
        await using var router = Load("  accesskeyid: AKIDYAML\n  secretaccesskey: s\n  rolearn: arn:aws:iam::1:role/falco\n");
        var result = (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0];
        Assert.Equal(expected, result.Status);
        Assert.Contains(code, result.Reason, StringComparison.Ordinal);
        Assert.Contains("arn:aws:iam::1:role/falco", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_are_kept_until_shortly_before_their_end_and_used_to_it_when_there_are_no_others()
    {
        var clock = new FakeTimeProvider();
        var found = 0;
        using var cache = new CredentialCache(
            _ => found++ < 2 ? new(new AwsCredentials($"K{found}", Secret.None, Secret.None, "x") { Expires = clock.GetUtcNow().AddHours(1) }) : throw new NoCredentialsException("none"), clock);
        var token = TestContext.Current.CancellationToken;
        Assert.Equal("K1", (await cache.GetAsync(token)).AccessKeyId);
        clock.Advance(TimeSpan.FromMinutes(55));
        Assert.Equal("K1", (await cache.GetAsync(token)).AccessKeyId);
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("K2", (await cache.GetAsync(token)).AccessKeyId);
        clock.Advance(TimeSpan.FromMinutes(58));
        Assert.Equal("K2", (await cache.GetAsync(token)).AccessKeyId);
        clock.Advance(TimeSpan.FromMinutes(2));
        await Assert.ThrowsAsync<NoCredentialsException>(async () => await cache.GetAsync(token));
    }

    private static string Key(LoopbackRequest request) => request.Headers["Authorization"].Split("Credential=")[1].Split('/')[0];

    private string Write(string name, string content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    private ConfiguredRouter Load(string aws, params (string Name, string Value)[] variables)
    {
        var all = variables.ToDictionary(static v => v.Name, static v => v.Value);
        all["AWS_ENDPOINT_URL"] = server.Address.ToString();
        return ConfiguredRouter.Load($"aws:\n  checkidentity: false\n{aws}{Sns}", all);
    }

    private async Task<LoopbackRequest> SendAsync(string aws, params (string Name, string Value)[] variables)
    {
        await using var router = Load(aws, variables);
        var result = (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0];
        Assert.True(result.Status == DeliveryStatus.Delivered, result.Reason);
        return seen.Last();
    }

    private LoopbackAnswer Answer(LoopbackRequest request)
    {
        seen.Enqueue(request);
        if (special(request) is { } answer)
        {
            return answer;
        }

        var text = Encoding.UTF8.GetString(request.Body.Span);
        return new LoopbackAnswer
        {
            Body = Encoding.UTF8.GetBytes(request.Path switch
            {
                "/latest/api/token" => "imds-token",
                "/latest/meta-data/iam/security-credentials/" => "my-role",
                "/latest/meta-data/iam/security-credentials/my-role" => Json("ASIAINSTANCE"),
                "/container" => Json("ASIACONTAINER"),
                _ when text.StartsWith("Action=AssumeRole", StringComparison.Ordinal) =>
                    "<R xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>token-role</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></R>",
                _ => "",
            }),
        };

        static string Json(string key) => $"{{\"Code\":\"Success\",\"AccessKeyId\":\"{key}\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"2099-01-01T00:00:00Z\"}}";
    }
}
