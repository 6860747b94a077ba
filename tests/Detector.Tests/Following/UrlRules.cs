using System.Text;
using Saker.Alerts;
using Saker.Detector.Configuration;
using Saker.Detector.Following;
using Saker.Testing;

namespace Saker.Detector.Tests.Following;

/// <summary>Rules behind URLs, and the ways in which a source wants to know who asks.</summary>
public sealed class UrlRules : IDisposable
{
    private const string Token = "abc.def";

    private readonly string folder = Directory.CreateTempSubdirectory("saker-follow-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task A_file_with_its_signature_beside_it_is_taken_and_nothing_else(bool isEcdsa, bool isBase64)
    {
        var signer = isEcdsa ? Signer.Ecdsa() : Signer.Ed();
        var content = Encoding.UTF8.GetBytes(Artifacts.Rule("First"));
        var signature = signer.Sign(content);
        byte[]? beside = null;
        await using var server = await LoopbackServer.StartAsync(request => request.Path switch
        {
            "/team/my.rules.yaml?version=1" => new LoopbackAnswer { Body = content },
            "/team/my.rules.yaml.sig?version=1" when beside is not null => new LoopbackAnswer { Body = beside },
            _ => new LoopbackAnswer { Status = 404 },
        });
        await File.WriteAllTextAsync(Path.Combine(folder, "key.pub"), signer.PublicPem, TestContext.Current.CancellationToken);
        using var fetcher = Connect(new FollowedRulesOptions { Source = $"{server.Address}team/my.rules.yaml?version=1", PlainHttp = true, PublicKey = "key.pub" });
        var unsigned = await Assert.ThrowsAsync<RulesSourceException>(() => FetchAsync(fetcher));
        Assert.True(unsigned.IsRefusal);
        Assert.DoesNotContain("version=1", unsigned.Message, StringComparison.Ordinal);

        beside = (isEcdsa ? Signer.Ecdsa() : Signer.Ed()).Sign(content);
        Assert.True((await Assert.ThrowsAsync<RulesSourceException>(() => FetchAsync(fetcher))).IsRefusal);
        beside = [];
        Assert.True((await Assert.ThrowsAsync<RulesSourceException>(() => FetchAsync(fetcher))).IsRefusal);
        beside = isBase64 ? Encoding.ASCII.GetBytes(Convert.ToBase64String(signature) + "\n") : signature;
        var fetched = await FetchAsync(fetcher);
        Assert.Equal(("my.rules.yaml", Artifacts.DigestOf(content)), (Assert.Single(fetched!.Files).Name, fetched.Digest));
        Assert.Null(await FetchAsync(fetcher, fetched.Digest));

        content = Encoding.UTF8.GetBytes(Artifacts.Rule("Second"));
        Assert.True((await Assert.ThrowsAsync<RulesSourceException>(() => FetchAsync(fetcher, fetched.Digest))).IsRefusal);
    }

    [Fact]
    public async Task A_file_that_has_not_changed_by_its_tag_is_not_sent_again()
    {
        await using var server = await LoopbackServer.StartAsync(static request => request.Headers.TryGetValue("If-None-Match", out var tag) && tag == "\"v1\""
            ? new LoopbackAnswer { Status = 304 }
            : new LoopbackAnswer { Body = Artifacts.Archive(("a.yaml", Artifacts.Rule("First"))), Headers = new Dictionary<string, string> { ["ETag"] = "\"v1\"" } });
        using var fetcher = Connect(new FollowedRulesOptions { Source = $"{server.Address}rules.tar.gz", PlainHttp = true, AllowUnsigned = true });
        var fetched = await FetchAsync(fetcher);
        Assert.Equal(("\"v1\"", "a.yaml"), (fetched!.Tag, fetched.Files[0].Name));
        Assert.Null(await fetcher.FetchAsync(fetched.Digest, fetched.Tag, TestContext.Current.CancellationToken));
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(401)]
    public async Task An_answer_that_is_none_is_no_refusal_of_what_is_there(int status)
    {
        await using var server = await LoopbackServer.StartAsync(_ => new LoopbackAnswer { Status = status });
        using var fetcher = Connect(new FollowedRulesOptions { Source = $"{server.Address}rules.yaml", PlainHttp = true, AllowUnsigned = true });
        var fault = await Assert.ThrowsAsync<RulesSourceException>(() => FetchAsync(fetcher));
        Assert.False(fault.IsRefusal);
        Assert.Contains($"{status}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_answer_ends_at_the_bound_and_one_that_breaks_off_is_a_failure()
    {
        var answer = new LoopbackAnswer { Endless = true };
        await using var server = await LoopbackServer.StartAsync(_ => answer);
        using var fetcher = Connect(new FollowedRulesOptions { Source = $"{server.Address}rules.yaml", PlainHttp = true, AllowUnsigned = true });
        Assert.Contains("sends more than", (await Assert.ThrowsAsync<RulesSourceException>(() => FetchAsync(fetcher))).Message, StringComparison.Ordinal);
        answer = new LoopbackAnswer { BreakOffInBody = true, Body = new byte[100] };
        Assert.False((await Assert.ThrowsAsync<RulesSourceException>(() => FetchAsync(fetcher))).IsRefusal);
    }

    [Fact]
    public async Task A_registry_that_wants_a_token_gets_one_and_the_password_goes_to_who_gives_tokens_alone()
    {
        var archive = Artifacts.Archive(("a.yaml", Artifacts.Rule("First")));
        var config = "{}"u8.ToArray();
        var manifest = Encoding.UTF8.GetBytes(Artifacts.Manifest(config, Artifacts.ConfigType, (archive, Artifacts.LayerType, null)).ToJsonString());
        var basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("me:pass:word"));
        var address = "";
        await using var server = await LoopbackServer.StartAsync(request =>
        {
            var authorization = request.Headers.GetValueOrDefault("Authorization", "");
            if (request.Path.StartsWith("/token?", StringComparison.Ordinal))
            {
                return request.Path == "/token?service=a%20registry&scope=repository%3Ateam%2Frules%3Apull" && authorization == basic
                    ? new LoopbackAnswer { Body = Encoding.UTF8.GetBytes($$"""{"token":"{{Token}}"}""") }
                    : new LoopbackAnswer { Status = 401 };
            }

            if (authorization != $"Bearer {Token}")
            {
                return new LoopbackAnswer { Status = 401, Headers = new Dictionary<string, string> { ["WWW-Authenticate"] = $"Bearer realm=\"{address}token\",service=\"a registry\",scope=\"x\"" } };
            }

            return request.Path switch
            {
                "/v2/team/rules/manifests/latest" => new LoopbackAnswer { Body = manifest },
                var path when path == $"/v2/team/rules/blobs/{Artifacts.DigestOf(archive)}" => new LoopbackAnswer { Body = archive },
                _ => new LoopbackAnswer { Status = 404 },
            };
        });
        address = server.Address.ToString();
        var options = new FollowedRulesOptions { Source = $"oci://{server.Address.Authority}/team/rules", PlainHttp = true, AllowUnsigned = true };
        using (var fetcher = Connect(options with { Username = "me", Password = new Secret("pass:word") }))
        {
            Assert.Equal("a.yaml", (await FetchAsync(fetcher))!.Files[0].Name);
        }

        await File.WriteAllTextAsync(
            Path.Combine(folder, "config.json"),
            $$"""{"auths":{"https://{{server.Address.Authority}}/v1/":{"auth":"{{basic["Basic ".Length..]}}"},"other.example.com":{"auth":"!"} } }""",
            TestContext.Current.CancellationToken);
        using (var fetcher = Connect(options with { DockerConfig = "config.json" }))
        {
            Assert.Equal("a.yaml", (await FetchAsync(fetcher))!.Files[0].Name);
        }

        using (var fetcher = Connect(options with { Username = "me", Password = new Secret("wrong-secret") }))
        {
            var fault = await Assert.ThrowsAsync<RulesSourceException>(() => FetchAsync(fetcher));
            Assert.Contains("gives no token", fault.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("wrong-secret", fault.ToString(), StringComparison.Ordinal);
        }

        // A place for tokens that is not on this machine and has no TLS gets no password.
        address = "http://registry.example.com/";
        using (var fetcher = Connect(options with { Username = "me", Password = new Secret("pass:word") }))
        {
            Assert.True((await Assert.ThrowsAsync<RulesSourceException>(() => FetchAsync(fetcher))).IsRefusal);
        }
    }

    [Fact]
    public async Task A_registry_that_sends_other_bytes_than_their_digest_says_is_refused()
    {
        var archive = Artifacts.Archive(("a.yaml", Artifacts.Rule("First")));
        var manifest = Encoding.UTF8.GetBytes(Artifacts.Manifest("{}"u8.ToArray(), Artifacts.ConfigType, (archive, Artifacts.LayerType, null)).ToJsonString());
        var sent = Artifacts.Archive(("a.yaml", Artifacts.Rule("Another")));
        var announced = "";
        await using var server = await LoopbackServer.StartAsync(request => request.Path.Contains("/blobs/", StringComparison.Ordinal)
            ? new LoopbackAnswer { Body = sent }
            : new LoopbackAnswer { Body = manifest, Headers = announced.Length > 0 ? new Dictionary<string, string> { ["Docker-Content-Digest"] = announced } : [] });
        using var fetcher = Connect(new FollowedRulesOptions { Source = $"{server.Address.Authority}/team/rules:1", PlainHttp = true, AllowUnsigned = true });
        Assert.Contains("a blob that is not the one", (await Assert.ThrowsAsync<RulesSourceException>(() => FetchAsync(fetcher))).Message, StringComparison.Ordinal);
        announced = Artifacts.DigestOf(sent);
        Assert.Contains("a manifest that is not the one", (await Assert.ThrowsAsync<RulesSourceException>(() => FetchAsync(fetcher))).Message, StringComparison.Ordinal);
    }

    private static Task<FetchedRules?> FetchAsync(IRulesFetcher fetcher, string known = "") => fetcher.FetchAsync(known, "", TestContext.Current.CancellationToken);

    private OwningFetcher Connect(FollowedRulesOptions options)
    {
        Assert.Empty(options.Validate());
        var source = FollowedSource.Open(options, folder, path => Path.GetFullPath(path, folder), static (key, sentence) => Assert.Fail($"{key}: {sentence}"));
        Assert.NotNull(source);
        return new OwningFetcher(source, source.Connect(TimeProvider.System));
    }

    private sealed class OwningFetcher(FollowedSource source, IRulesFetcher inner) : IRulesFetcher
    {
        public Task<FetchedRules?> FetchAsync(string knownDigest, string knownTag, CancellationToken cancellationToken) => inner.FetchAsync(knownDigest, knownTag, cancellationToken);

        public void Dispose()
        {
            inner.Dispose();
            source.Dispose();
        }
    }
}
