using Saker.Router.Api;
using Saker.Router.Tests.Delivery;
using Saker.Router.Tests.Log;

namespace Saker.Router.Tests.Api;

/// <summary>The outputs over the API: how they stand, to pause and to resume.</summary>
public sealed class OutputEndpointTests
{
    [Fact]
    public async Task Outputs_are_shown_with_their_state_and_one_by_its_name()
    {
        await using var rig = ApiRig.Open(DeliveryRig.Instance("a", new ScriptedOutput()), DeliveryRig.Instance("b", new ScriptedOutput()));
        var all = (await rig.AskAsync("GET", "/api/v1/outputs")).Json.GetProperty("outputs");
        Assert.Equal(["a", "b"], all.EnumerateArray().Select(static output => output.GetProperty("name").GetString()));
        var one = await rig.AskAsync("GET", "/api/v1/outputs/b");
        Assert.Equal((200, "application/json; charset=utf-8"), (one.Status, one.Headers.ContentType.ToString()));
        Assert.Equal(
            """{"name":"b","type":"scripted","state":"healthy","healthy":true,"depth":0,"oldestAgeSeconds":0,"lastError":null,"failingSince":null,"blockedSince":null,"pausedSince":null,"breaker":"closed","attempts":0,"retries":0,"delivered":0,"deadLetters":0,"cutLoose":0,"lost":0}""",
            one.Text);
        var none = await rig.AskAsync("GET", "/api/v1/outputs/c");
        Assert.Equal((404, "No output 'c' is on; did you mean 'a'? Those that are: a, b."), (none.Status, none.Detail));
    }

    [Fact]
    public async Task An_output_is_paused_and_resumed_and_says_since_when()
    {
        var output = new ScriptedOutput();
        await using var rig = ApiRig.Open(DeliveryRig.Instance("a", output));
        var paused = (await rig.AskAsync("POST", "/api/v1/outputs/a/pause")).Json;
        Assert.Equal("paused", paused.GetProperty("state").GetString());
        Assert.True(paused.GetProperty("pausedSince").TryGetDateTimeOffset(out _));
        await LogFixture.FillAsync(rig.Delivery.Log, 3);
        Assert.Equal(3, (await rig.AskAsync("GET", "/api/v1/outputs/a")).Json.GetProperty("depth").GetInt64());
        Assert.Equal("healthy", (await rig.AskAsync("POST", "/api/v1/outputs/a/resume")).Json.GetProperty("state").GetString());
        await DeliveryRig.UntilAsync(() => output.Count() == 3, "all delivered");
        Assert.Equal(404, (await rig.AskAsync("POST", "/api/v1/outputs/b/pause")).Status);
    }

    [Fact]
    public async Task Without_a_router_there_are_no_outputs_to_ask()
    {
        await using var rig = ApiRig.Open();
        rig.Serve(new ApiBackend { Letters = rig.Delivery.DeadLetters });
        foreach (var (method, path) in new[] { ("GET", "outputs"), ("POST", "outputs/a/pause"), ("GET", "status"), ("GET", "configuration"), ("POST", "route"), ("GET", "events"), ("POST", "test") })
        {
            var answer = await rig.AskAsync(method, "/api/v1/" + path);
            Assert.Equal((409, "No router runs on this directory; only a running one can do this."), (answer.Status, answer.Detail));
        }

        await rig.AddLetterAsync("a", "x");
        foreach (var path in (string[])["0/resend", "resend?all=true"])
        {
            var answer = await rig.AskAsync("POST", "/api/v1/dead-letters/" + path);
            Assert.Equal((409, "No router runs on this directory; only a running one can send."), (answer.Status, answer.Detail));
        }

        Assert.Equal(204, (await rig.AskAsync("DELETE", "/api/v1/dead-letters/0")).Status);
    }
}
