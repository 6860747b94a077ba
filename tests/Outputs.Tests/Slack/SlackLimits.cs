using System.Text.Json;
using Saker.Outputs.Http.Slack;
using Saker.Outputs.Rendering;
using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Slack;

public sealed class SlackLimits
{
    [Theory]
    [InlineData(1_000, false)]
    [InlineData(SlackMessage.MaxCharacters - SlackMessage.ReservedCharacters - 27, false)]
    [InlineData(SlackMessage.MaxCharacters * 3, true)]
    public void A_message_keeps_to_the_vendor_s_limit_on_a_character(int emojis, bool isCut)
    {
        var alert = SampleAlerts.Full with { Output = string.Concat(Enumerable.Repeat("🚨", emojis)) };
        using var body = JsonDocument.Parse(SlackMessage.From(AlertView.For(alert, strict: false), new SlackOptions(), null));
        var attachment = body.RootElement.GetProperty("attachments")[0];
        var text = attachment.GetProperty("text").GetString()!;
        Assert.Equal(isCut, text.EndsWith('…'));
        Assert.DoesNotContain('\uFFFD', text);
        Assert.InRange(Characters(attachment), 1, SlackMessage.MaxCharacters);
        Assert.Equal("time", attachment.GetProperty("fields").EnumerateArray().Last().GetProperty("title").GetString());
        Assert.Equal("Terminal shell in container", attachment.GetProperty("fields")[0].GetProperty("value").GetString());
        Assert.StartsWith("2026-11-23 19:18:08", attachment.GetProperty("fields").EnumerateArray().Last().GetProperty("value").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Exactly_the_limit_is_not_cut()
    {
        var room = new CharacterBudget(5);
        Assert.Equal("äöü", room.Take("äöü"));
        Assert.Equal("👍👍", room.Take("👍👍"));
        Assert.True(room.IsUsedUp);
        Assert.Equal("", room.Take("x"));
        Assert.Equal("👍👍…", new CharacterBudget(3).Take("👍👍👍👍"));
    }

    [Fact]
    public void A_broken_message_format_is_an_error_that_names_the_position_unless_strict()
    {
        var keys = new Dictionary<string, string?> { ["webhookurl"] = "http://127.0.0.1:1/", ["messageformat"] = "rule {{ .Rule" };
        var fault = Assert.Single(ConfiguredRouter.Load(ConfiguredRouter.Yaml("slack", keys)).Faults);
        Assert.Contains("messageformat", fault, StringComparison.Ordinal);
        Assert.Contains("line 1, column 14", fault, StringComparison.Ordinal);
        Assert.Empty(ConfiguredRouter.Load(ConfiguredRouter.Yaml("slack", keys, strict: true)).Faults);
    }

    [Theory]
    [InlineData("slack", "webhookurl", "outputformat", "none")]
    [InlineData("webhook", "address", "method", "PATCH")]
    public void An_unknown_word_is_an_error_unless_strict(string type, string address, string key, string word)
    {
        var keys = new Dictionary<string, string?> { [address] = "http://127.0.0.1:1/", [key] = word };
        Assert.Contains(key, Assert.Single(ConfiguredRouter.Load(ConfiguredRouter.Yaml(type, keys)).Faults), StringComparison.Ordinal);
        Assert.Empty(ConfiguredRouter.Load(ConfiguredRouter.Yaml(type, keys, strict: true)).Faults);
    }

    private static int Characters(JsonElement attachment) => Count(attachment.GetProperty("text"))
        + attachment.GetProperty("fields").EnumerateArray().Sum(static field => Count(field.GetProperty("title")) + Count(field.GetProperty("value")));

    private static int Count(JsonElement text) => text.GetString()!.EnumerateRunes().Count();
}
