using Saker.Outputs;
using Saker.Router.Tests.Delivery;

namespace Saker.Router.Tests.Api;

/// <summary>Dead letters over the API: in pages, by filters, one and several.</summary>
public sealed class DeadLetterEndpointTests
{
    [Fact]
    public async Task Pages_of_one_output_follow_each_other_and_name_rule_and_priority()
    {
        await using var rig = ApiRig.Open();
        for (var i = 0; i < 7; i++)
        {
            await rig.AddLetterAsync("a", $"Rule {i}");
            await rig.AddLetterAsync("b", $"Rule {i}");
        }

        var rules = new List<string>();
        var after = "";
        var pages = 0;
        while (true)
        {
            var page = (await rig.AskAsync("GET", $"/api/v1/dead-letters?output=b&limit=3{after}")).Json;
            pages++;
            foreach (var letter in page.GetProperty("deadLetters").EnumerateArray())
            {
                Assert.Equal("b", letter.GetProperty("output").GetString());
                Assert.Equal("Critical", letter.GetProperty("priority").GetString());
                rules.Add(letter.GetProperty("rule").GetString()!);
            }

            Assert.Equal((14, 13), (page.GetProperty("count").GetInt64(), page.GetProperty("newest").GetInt64()));
            if (!page.TryGetProperty("next", out var next))
            {
                break;
            }

            after = $"&after={next}";
        }

        Assert.Equal(3, pages);
        Assert.Equal(Enumerable.Range(0, 7).Select(static i => $"Rule {i}"), rules);
    }

    [Fact]
    public async Task Letters_are_found_by_reason_and_rule()
    {
        await using var rig = ApiRig.Open();
        await rig.AddLetterAsync("a", "x");
        await rig.AddLetterAsync("a", "y", "exhausted");
        await rig.AddLetterAsync("b", "y");
        Assert.Equal([1L], await IdsAsync(rig, "?reason=exhausted"));
        Assert.Equal([1L, 2L], await IdsAsync(rig, "?rule=y"));
        Assert.Equal([2L], await IdsAsync(rig, "?rule=y&output=b"));
        Assert.Equal([], await IdsAsync(rig, "?rule=y&output=b&reason=faulted"));
        var refused = await rig.AskAsync("GET", "/api/v1/dead-letters?reason=tired");
        Assert.Equal((400, "'reason' is 'tired'; give rejected or exhausted or faulted."), (refused.Status, refused.Detail));
    }

    [Fact]
    public async Task One_letter_is_shown_with_its_alert_sent_once_more_and_dropped()
    {
        var output = new ScriptedOutput(static (_, attempt) => attempt == 1 ? DeliveryResult.Rejected("status 400: no") : DeliveryResult.Delivered);
        await using var rig = ApiRig.Open(DeliveryRig.Instance("a", output));
        await rig.AddLetterAsync("a", "5");
        await rig.AddLetterAsync("gone", "6");
        Assert.Equal("5", (await rig.AskAsync("GET", "/api/v1/dead-letters/0")).Json.GetProperty("alert").GetProperty("rule").GetString());
        rig.Delivery.Engine.Pause("a", "test");
        var paused = await rig.AskAsync("POST", "/api/v1/dead-letters/0/resend");
        Assert.Equal((409, "The output 'a' is paused; resume it first."), (paused.Status, paused.Detail));
        rig.Delivery.Engine.Resume("a", "test");
        var refused = await rig.AskAsync("POST", "/api/v1/dead-letters/0/resend");
        Assert.Equal((502, "The output 'a' did not take it: status 400: no"), (refused.Status, refused.Detail));
        Assert.Equal(204, (await rig.AskAsync("POST", "/api/v1/dead-letters/0/resend")).Status);
        Assert.Equal((404, "There is no dead letter 0."), ((await rig.AskAsync("GET", "/api/v1/dead-letters/0")).Status, (await rig.AskAsync("DELETE", "/api/v1/dead-letters/0")).Detail));
        Assert.Equal(409, (await rig.AskAsync("POST", "/api/v1/dead-letters/1/resend")).Status);
        Assert.Equal((204, 404), ((await rig.AskAsync("DELETE", "/api/v1/dead-letters/1")).Status, (await rig.AskAsync("DELETE", "/api/v1/dead-letters/1")).Status));
        Assert.Equal([5], output.Delivered);
    }

    [Fact]
    public async Task Several_are_sent_once_more_and_an_output_that_refuses_one_is_left_alone_from_there_on()
    {
        var (a, b) = (new ScriptedOutput(), new ScriptedOutput(static (_, _) => DeliveryResult.Retry("not now")));
        await using var rig = ApiRig.Open(DeliveryRig.Instance("a", a), DeliveryRig.Instance("b", b));
        for (var i = 0; i < 6; i++)
        {
            await rig.AddLetterAsync(i % 2 == 0 ? "a" : "b", $"{i}");
        }

        var first = (await rig.AskAsync("POST", "/api/v1/dead-letters/resend?all=true&limit=4")).Json;
        Assert.Equal((2, 2, 3), (first.GetProperty("done").GetInt32(), first.GetProperty("left").GetInt32(), first.GetProperty("next").GetInt64()));
        var refusal = Assert.Single(first.GetProperty("refusals").EnumerateArray());
        Assert.Equal(("b", "The output 'b' did not take it: not now"), (refusal.GetProperty("output").GetString(), refusal.GetProperty("detail").GetString()));
        Assert.Equal((1, 0), (b.AttemptsFor(1), b.AttemptsFor(3)));
        var second = (await rig.AskAsync("POST", "/api/v1/dead-letters/resend?all=true&limit=4&after=3")).Json;
        Assert.Equal((1, 1, false), (second.GetProperty("done").GetInt32(), second.GetProperty("left").GetInt32(), second.TryGetProperty("next", out _)));
        Assert.Equal([0, 2, 4], a.Delivered);
        Assert.Equal([1L, 3L, 5L], await IdsAsync(rig, ""));
    }

    [Fact]
    public async Task Several_are_dropped_by_a_filter_and_none_without_one()
    {
        await using var rig = ApiRig.Open();
        await rig.AddLetterAsync("a", "x");
        await rig.AddLetterAsync("b", "x");
        await rig.AddLetterAsync("a", "y");
        Assert.Equal(400, (await rig.AskAsync("DELETE", "/api/v1/dead-letters")).Status);
        Assert.Equal(400, (await rig.AskAsync("DELETE", "/api/v1/dead-letters?limit=10&all=false")).Status);
        var misspelt = await rig.AskAsync("DELETE", "/api/v1/dead-letters?all=true&ouput=a");
        Assert.Equal(400, misspelt.Status);
        Assert.StartsWith("There is no parameter 'ouput' here; did you mean 'output'?", misspelt.Detail, StringComparison.Ordinal);
        Assert.Equal([0L, 1L, 2L], await IdsAsync(rig, ""));
        Assert.Equal(1, (await rig.AskAsync("DELETE", "/api/v1/dead-letters?output=a&until=1")).Json.GetProperty("done").GetInt32());
        Assert.Equal([1L, 2L], await IdsAsync(rig, ""));
        Assert.Equal(2, (await rig.AskAsync("DELETE", "/api/v1/dead-letters?all=true")).Json.GetProperty("done").GetInt32());
        Assert.Equal([], await IdsAsync(rig, ""));
    }

    private static async Task<List<long>> IdsAsync(ApiRig rig, string query) =>
        [.. (await rig.AskAsync("GET", "/api/v1/dead-letters" + query)).Json.GetProperty("deadLetters").EnumerateArray().Select(static letter => letter.GetProperty("id").GetInt64())];
}
