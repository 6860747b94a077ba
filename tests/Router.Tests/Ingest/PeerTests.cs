using System.Text;
using Saker.Alerts;
using Saker.Router.Options;

namespace Saker.Router.Tests.Ingest;

/// <summary>Alerts that come from another router: their uuid, and circles of routers.</summary>
public sealed class PeerTests
{
    private const string Token = "sixteen or more!";
    private const string Given = "7d7b29b1-2d2c-4a6c-9b46-2f0e0c0f8a11";

    [Theory]
    [InlineData(null, false)]
    [InlineData("Basic " + Token, false)]
    [InlineData("Bearer " + Token, true)]
    [InlineData("bearer  " + Token + " ", true)]
    public async Task Only_a_router_that_is_known_has_its_uuids_kept(string? authorization, bool isKept)
    {
        await using var fixture = await IngestFixture.StartAsync(WithPeers());
        Assert.Equal(200, (await PostAsync(fixture, Alert(), authorization)).Status);
        Assert.Equal(isKept, Assert.Single(fixture.Stored()).Contains(Given, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_alert_of_a_batch_keeps_its_uuid_and_one_without_gets_one()
    {
        await using var fixture = await IngestFixture.StartAsync(WithPeers());
        Assert.Equal(200, (await PostAsync(fixture, $"[{Alert()},{Alert(uuid: "")}]", "Bearer " + Token)).Status);
        var stored = fixture.Stored();
        Assert.Equal(2, stored.Count);
        Assert.Contains(Given, stored[0], StringComparison.Ordinal);
        Assert.Matches("\"uuid\":\"[0-9a-f-]{36}\"", stored[1]);
        Assert.DoesNotContain(Guid.Empty.ToString(), stored[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_known_routers_a_token_means_nothing()
    {
        await using var fixture = await IngestFixture.StartAsync();
        Assert.Equal(200, (await PostAsync(fixture, Alert(), "Bearer " + Token)).Status);
        Assert.DoesNotContain(Given, Assert.Single(fixture.Stored()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("router", "the alert has been at this router before: routers send to each other in a circle\n")]
    [InlineData("a,router,b", "the alert has been at this router before: routers send to each other in a circle\n")]
    [InlineData("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "the alert has come through more than 16 routers\n")]
    [InlineData("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", null)]
    [InlineData("routers,a router", null)]
    [InlineData("", null)]
    public async Task An_alert_that_comes_back_is_not_stored_again(string way, string? said)
    {
        await using var fixture = await IngestFixture.StartAsync();
        var answer = await PostAsync(fixture, Alert(way));
        Assert.Equal(said is null ? 200 : 508, answer.Status);
        Assert.Equal(said ?? "", answer.Body);
        Assert.Equal(said is null ? 1 : 0, fixture.Stored().Count);
    }

    [Fact]
    public async Task In_a_batch_only_what_comes_back_is_left_out()
    {
        await using var fixture = await IngestFixture.StartAsync();
        var answer = await PostAsync(fixture, $"[{Alert("router")},{Alert("another")}]");
        Assert.Equal(200, answer.Status);
        Assert.StartsWith("{\"accepted\": 1, \"rejected\": [{\"index\": 0, \"reason\": \"the alert has been at this router before", answer.Body, StringComparison.Ordinal);
        Assert.Equal(508, (await PostAsync(fixture, $"[{Alert("router")}]")).Status);
        Assert.Single(fixture.Stored());
    }

    private static RouterOptions WithPeers() => new()
    {
        Http = new HttpOptions
        {
            Clients = new Dictionary<string, ClientOptions>
            {
                ["other"] = new() { Token = new("another token of some length") },
                ["edge"] = new() { Token = new(Token), Roles = [ClientRole.Router] },
            },
        },
    };

    private static string Alert(string? way = null, string uuid = Given) =>
        $"{{\"uuid\":\"{uuid}\",\"output\":\"o\",\"priority\":\"Notice\",\"rule\":\"r\",\"time\":\"2026-11-23T19:18:08Z\",\"output_fields\":{{\"a\":\"1\"{(way is null ? "" : $",\"{AlertWay.Field}\":\"{way}\"")}}}}}";

    private static Task<RawAnswer> PostAsync(IngestFixture fixture, string body, string? authorization = null)
    {
        List<KeyValuePair<string, string>> headers = [KeyValuePair.Create("Content-Type", "application/json")];
        if (authorization is not null)
        {
            headers.Add(KeyValuePair.Create("Authorization", authorization));
        }

        return RawHttp.SendAsync(fixture.Port, RawHttp.Request("POST", "/", headers, Encoding.UTF8.GetBytes(body)));
    }
}
