using System.Text.Json;
using Saker.Alerts;
using Saker.Outputs.Testing;
using Saker.Testing;

namespace Saker.Outputs.Tests.PagerDuty;

/// <summary>PagerDuty's documented answers, limits and regions.</summary>
public sealed class PagerDutyAnswers
{
    private const string UsHost = "events.pagerduty.com";
    private const string EuHost = "events.eu.pagerduty.com";

    [Fact]
    public async Task A_refusal_is_told_in_PagerDuty_s_words_with_the_key_to_look_at()
    {
        await using var destination = await HttpDestination.StartAsync(UsHost, new LoopbackAnswer
        {
            Status = 400,
            Body = "{\"status\":\"invalid event\",\"message\":\"Event object is invalid\",\"errors\":[\"routing_key must be 32 characters\"]}"u8.ToArray(),
        });
        await using var tested = Create(destination);
        var result = await tested.DeliverAsync();
        Assert.Equal(
            (DeliveryStatus.Rejected, "PagerDuty refused the alert (status 400): \"Event object is invalid\": routing_key must be 32 characters. Look at outputs.tested.routingkey."),
            (result.Status, result.Reason));
    }

    [Theory]
    [InlineData(Priority.Emergency, "critical")]
    [InlineData(Priority.Critical, "critical")]
    [InlineData(Priority.Error, "error")]
    [InlineData(Priority.Warning, "warning")]
    [InlineData(Priority.Debug, "info")]
    public async Task The_severity_follows_the_priority(Priority priority, string severity)
    {
        using var sent = await SentAsync(SampleAlerts.Full with { Priority = priority });
        Assert.Equal(severity, sent.RootElement.GetProperty("payload").GetProperty("severity").GetString());
        Assert.Equal(SampleAlerts.Full.Uuid.ToString(), sent.RootElement.GetProperty("dedup_key").GetString());
    }

    [Fact]
    public async Task Events_are_grouped_as_the_template_says()
    {
        using var sent = await SentAsync(SampleAlerts.Full, ("dedupkey", "{{ .Rule }} on {{ .Hostname }}"));
        Assert.Equal("Terminal shell in container on node-1", sent.RootElement.GetProperty("dedup_key").GetString());
        await using var broken = TestedOutput.Create(Registrations.Of("pagerduty"), new Dictionary<string, string?> { ["routingkey"] = "x", ["dedupkey"] = "{{ .Rul }}" });
        Assert.Contains("outputs.tested.dedupkey", Assert.Single(broken.Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resolve")]
    [InlineData(" Acknowledge\n")]
    public async Task An_alert_changes_the_incident_of_its_key_when_asked(string made)
    {
        using var sent = await SentAsync(SampleAlerts.Full, ("dedupkey", "{{ .Hostname }}"), ("eventaction", $"{{{{ if eq .Rule \"{SampleAlerts.Full.Rule}\" }}}}{made}{{{{ end }}}}"));
        Assert.Equal(
            ["routing_key", "event_action", "dedup_key"], sent.RootElement.EnumerateObject().Select(static member => member.Name));
        Assert.Equal((made.Trim().ToLowerInvariant(), "node-1"), (sent.RootElement.GetProperty("event_action").GetString(), sent.RootElement.GetProperty("dedup_key").GetString()));
    }

    [Theory]
    [InlineData("{{ if eq .Rule \"another\" }}resolve{{ end }}")]
    [InlineData("trigger")]
    [InlineData("close")]
    public async Task Any_other_alert_opens_one(string template)
    {
        using var sent = await SentAsync(SampleAlerts.Full, ("dedupkey", "{{ .Hostname }}"), ("eventaction", template));
        Assert.Equal("trigger", sent.RootElement.GetProperty("event_action").GetString());
        Assert.True(sent.RootElement.TryGetProperty("payload", out _));
    }

    [Fact]
    public async Task An_action_needs_a_key_that_alerts_have_in_common()
    {
        await using var alone = TestedOutput.Create(Registrations.Of("pagerduty"), new Dictionary<string, string?> { ["routingkey"] = "x", ["eventaction"] = "resolve" });
        Assert.Contains("outputs.tested.eventaction: An incident is resolved by its key: set dedupkey", Assert.Single(alone.Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1024, false)]
    [InlineData(1025, true)]
    public async Task A_summary_keeps_to_the_limit(int characters, bool isCut)
    {
        using var sent = await SentAsync(SampleAlerts.Full with { Output = string.Concat(Enumerable.Repeat("🚨", characters)) });
        var summary = sent.RootElement.GetProperty("payload").GetProperty("summary").GetString()!;
        Assert.Equal((1024, isCut), (summary.EnumerateRunes().Count(), summary.EndsWith('…')));
    }

    [Fact]
    public async Task An_event_keeps_to_the_limit_and_says_what_it_leaves_out()
    {
        var fields = Enumerable.Range(0, 100).Select(static i => KeyValuePair.Create($"f{i:00}", FieldValue.Text(new string('x', 20_000))));
        await using var destination = await HttpDestination.StartAsync(UsHost, new LoopbackAnswer { Status = 202 });
        await using var tested = Create(destination);
        await tested.DeliverAsync(SampleAlerts.Full with { OutputFields = AlertFields.From(fields) });
        var body = destination.Requests.Single().Body;
        Assert.InRange(body.Length, 100_000, 512 * 1024);
        using var sent = JsonDocument.Parse(body);
        var details = sent.RootElement.GetProperty("payload").GetProperty("custom_details");
        Assert.Equal("Terminal shell in container", details.GetProperty("rule").GetString());
        Assert.EndsWith("fields that PagerDuty has no room for", details.GetProperty("…").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Europe_has_an_address_of_its_own()
    {
        await using var destination = await HttpDestination.StartAsync(EuHost, new LoopbackAnswer { Status = 202 });
        await using var tested = Create(destination, ("region", "eu"));
        Assert.Equal(DeliveryStatus.Delivered, (await tested.DeliverAsync()).Status);
    }

    private static async Task<JsonDocument> SentAsync(Alert alert, params (string Key, string Value)[] keys)
    {
        await using var destination = await HttpDestination.StartAsync(UsHost, new LoopbackAnswer { Status = 202 });
        await using var tested = Create(destination, keys);
        Assert.Equal(DeliveryStatus.Delivered, (await tested.DeliverAsync(alert)).Status);
        return JsonDocument.Parse(destination.Requests.Single().Body);
    }

    private static TestedOutput Create(HttpDestination destination, params (string Key, string Value)[] keys) => TestedOutput.Create(
        Registrations.Of("pagerduty"), keys.Append(("routingkey", "0123456789abcdef0123456789abcdef")).ToDictionary(static pair => pair.Item1, static pair => (string?)pair.Item2), destination.Setup);
}
