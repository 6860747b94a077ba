using System.Text.Json;
using Saker.Detector.Telemetry;
using Saker.Testing;

namespace Saker.Detector.Tests.Telemetry;

/// <summary>The health page with each part of the detector.</summary>
public sealed class VerboseHealthPages
{
    private static string SimpleRules => RecordedData.Path("falco", "expected", "simple_rules.yaml");

    [Fact]
    public async Task Each_part_has_a_status_and_a_sentence_and_no_secret_is_in_it()
    {
        await using var detector = await RunningDetector.StartAsync("live-procs", SimpleRules, "http_output.user_agent=x", "program_output.program=cat secret-word");
        var page = await ReadAsync(detector);
        // The router takes nothing, which shows after its first answer.
        for (var until = DateTimeOffset.UtcNow + TimeSpan.FromMinutes(1); !Output(page).TryGetProperty("last_error", out _); await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            Assert.True(DateTimeOffset.UtcNow < until, page.ToString());
            page = await ReadAsync(detector);
        }

        Assert.Equal("degraded", page.GetProperty("status").GetString());
        foreach (var part in page.GetProperty("parts").EnumerateObject())
        {
            Assert.Contains(part.Value.GetProperty("status").GetString(), (string[])["ok", "degraded"]);
            Assert.NotEqual("", part.Value.GetProperty("says").GetString());
        }

        Assert.Contains("503", Output(page).GetProperty("last_error").GetProperty("reason").GetString(), StringComparison.Ordinal);
        var rules = page.GetProperty("parts").GetProperty("rules");
        Assert.True(rules.GetProperty("on").GetInt32() > 3);
        Assert.Equal(64, rules.GetProperty("files")[0].GetProperty("sha256").GetString()!.Length);
        var reload = page.GetProperty("parts").GetProperty("reload");
        Assert.True(reload.GetProperty("in_use_is_what_was_read").GetBoolean());
        Assert.False(reload.TryGetProperty("last_attempt", out _));
        Assert.Equal("savefile", page.GetProperty("parts").GetProperty("driver").GetProperty("name").GetString());
        Assert.DoesNotContain("secret-word", page.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/healthz", false)]
    [InlineData("/healthz?", false)]
    [InlineData("/healthz?verbosely", false)]
    [InlineData("/healthz?verbose", true)]
    [InlineData("/healthz?a=b&verbose=1", true)]
    public async Task Only_who_asks_for_it_gets_it(string path, bool isVerbose)
    {
        await using var detector = await RunningDetector.StartAsync("live-procs", SimpleRules);
        using var page = JsonDocument.Parse(await detector.GetAsync(path));
        Assert.Equal(isVerbose, page.RootElement.TryGetProperty("parts", out _));
    }

    [Fact]
    public void A_reload_that_is_refused_shows_until_one_is_not()
    {
        var record = new ReloadRecord(TimeProvider.System);
        Assert.True(record.State.IsCurrent);
        record.Begins("asked by a signal");
        record.IsRefused(["a mistake"]);
        Assert.Equal((false, 0, 1, "asked by a signal", "a mistake"), (record.State.IsCurrent, record.State.Applied, record.State.Refused, record.State.Last!.Cause, record.State.Last.Faults[0]));
        record.Begins("their files have changed");
        record.IsInUse();
        Assert.Equal((true, 1, 1), (record.State.IsCurrent, record.State.Applied, record.State.Refused));
        Assert.Empty(record.State.Last!.Faults);
    }

    private static JsonElement Output(JsonElement page) => page.GetProperty("parts").GetProperty("outputs").GetProperty("each")[0];

    private static async Task<JsonElement> ReadAsync(RunningDetector detector)
    {
        using var page = JsonDocument.Parse(await detector.GetAsync("/healthz?verbose"));
        return page.RootElement.Clone();
    }
}
