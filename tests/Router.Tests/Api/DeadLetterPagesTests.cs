using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Saker.Alerts;
using Saker.Router.Api;
using Saker.Router.Delivery;
using Saker.Router.Tests.Delivery;
using Saker.Router.Tests.Log;

namespace Saker.Router.Tests.Api;

/// <summary>The list of dead letters, in pages.</summary>
public sealed class DeadLetterPagesTests
{
    [Fact]
    public async Task Pages_of_one_output_follow_each_other_and_name_rule_and_priority()
    {
        await using var rig = DeliveryRig.Open(new CrashableFiles(), null);
        for (var i = 0; i < 7; i++)
        {
            foreach (var output in (string[])["a", "b"])
            {
                await rig.DeadLetters.AddAsync(new DeadLetter
                {
                    Output = output,
                    Type = "scripted",
                    Reason = "rejected",
                    Answer = "no",
                    Attempts = 1,
                    Accepted = DateTimeOffset.UnixEpoch,
                    Payload = AlertWriter.ToBytes(new Alert { Rule = $"Rule {i}", Priority = Priority.Critical, Time = AlertTime.From(DateTimeOffset.UnixEpoch) }),
                });
            }
        }

        var endpoints = new ControlEndpoints(static () => [], rig.DeadLetters, resend: null);
        var rules = new List<string>();
        var after = "";
        var pages = 0;
        while (true)
        {
            using var page = await AskAsync(endpoints, $"?output=b&limit=3{after}");
            pages++;
            foreach (var letter in page.RootElement.GetProperty("deadLetters").EnumerateArray())
            {
                Assert.Equal("b", letter.GetProperty("output").GetString());
                Assert.Equal("Critical", letter.GetProperty("priority").GetString());
                rules.Add(letter.GetProperty("rule").GetString()!);
            }

            Assert.Equal(13, page.RootElement.GetProperty("newest").GetInt64());
            if (!page.RootElement.TryGetProperty("next", out var next))
            {
                break;
            }

            after = $"&after={next}";
        }

        Assert.Equal(3, pages);
        Assert.Equal(Enumerable.Range(0, 7).Select(static i => $"Rule {i}"), rules);
    }

    private static async Task<JsonDocument> AskAsync(ControlEndpoints endpoints, string query)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.Path = ControlEndpoints.LettersPath;
        context.Request.QueryString = new QueryString(query);
        context.Response.Body = body;
        await endpoints.HandleAsync(context);
        return JsonDocument.Parse(body.ToArray());
    }
}
