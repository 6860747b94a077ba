using System.Text.Json;
using Saker.Alerts;
using Saker.Outputs.Testing;
using Saker.Testing;

namespace Saker.Outputs.Tests.Alertmanager;

/// <summary>Several Alertmanagers, old addresses, and labels that Alertmanager takes.</summary>
public sealed class AlertmanagerAnswers
{
    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    public async Task The_first_version_s_address_leads_to_the_second(int status)
    {
        await using var destination = await HttpDestination.StartAsync(null, request => new LoopbackAnswer { Status = request.Path == "/api/v1/alerts" ? status : 200 });
        await using var tested = Create(("hostport", destination.Endpoint.ToString()), ("endpoint", "/api/v1/alerts"));
        Assert.Equal(DeliveryStatus.Delivered, (await tested.DeliverAsync()).Status);
        Assert.Equal(DeliveryStatus.Delivered, (await tested.DeliverAsync()).Status);
        Assert.Equal(["/api/v1/alerts", "/api/v2/alerts", "/api/v2/alerts"], destination.Requests.Select(static request => request.Path));
    }

    [Theory]
    [InlineData(200, 200, DeliveryStatus.Delivered)]
    [InlineData(200, 503, DeliveryStatus.Retry)]
    [InlineData(400, 200, DeliveryStatus.Rejected)]
    [InlineData(400, 503, DeliveryStatus.Retry)]
    [InlineData(200, 401, DeliveryStatus.Blocked)]
    public async Task Every_Alertmanager_gets_the_alert_and_the_worst_answer_counts(int first, int second, DeliveryStatus status)
    {
        await using var one = await HttpDestination.StartAsync(null, new LoopbackAnswer { Status = first });
        await using var two = await HttpDestination.StartAsync(null, new LoopbackAnswer { Status = second });
        await using var tested = Create(("hostport", $"{one.Endpoint},{two.Endpoint}"));
        Assert.Equal(status, (await tested.DeliverAsync()).Status);
        Assert.Equal((1, 1), (one.Requests.Count, two.Requests.Count));
    }

    [Fact]
    public async Task Labels_have_names_that_Alertmanager_takes_and_none_hides_another()
    {
        (string Name, string Value)[] fields = [("9num", "a"), ("é", "b"), ("a.b", "c"), ("a_b", "d"), ("a-b", "e"), ("x[0]", "f"), ("severity", "mine")];
        var labels = await LabelsAsync(SampleAlerts.Full with
        {
            OutputFields = AlertFields.From(fields.Select(static field => KeyValuePair.Create(field.Name, FieldValue.Text(field.Value)))),
        });
        Assert.Equal("a", labels["_9num"]);
        Assert.Equal("b", labels["field"]);
        Assert.Equal(["c", "d", "e"], ((string[])[labels["a_b"], labels["a_b_2"], labels["a_b_3"]]).Order(StringComparer.Ordinal));
        Assert.Equal(("f", "warning"), (labels["x_0"], labels["severity"]));
        Assert.All(labels.Keys, static name => Assert.Matches("^[a-zA-Z_][a-zA-Z0-9_]*$", name));
    }

    [Theory]
    [InlineData("5", "Warning", ">1")]
    [InlineData("250", "Critical", ">100")]
    [InlineData("0", "Warning", "0")]
    public async Task Lost_events_follow_the_documented_thresholds(string lost, string priority, string label)
    {
        var labels = await LabelsAsync(SampleAlerts.Full with
        {
            Rule = "Falco internal: syscall event drop",
            Priority = Priority.Debug,
            OutputFields = AlertFields.From([KeyValuePair.Create("n_drops", FieldValue.Text(lost))]),
        });
        Assert.Equal((priority, label), (labels["priority"], labels["n_drops"]));
    }

    [Theory]
    [InlineData("customseveritymap", "eror:page", "'eror' is no priority; it is one of ")]
    [InlineData("customseveritymap", "error", "'error' has no severity")]
    [InlineData("extralabels", "bad-name:x", "'bad-name' is no name of a label")]
    [InlineData("dropeventthresholds", "many:critical", "'many:critical' is no threshold")]
    [InlineData("dropeventthresholds", "10:loud", "'loud' is no priority")]
    [InlineData("dropeventdefaultpriority", "loud", "'loud' is no priority")]
    public async Task What_Falcosidekick_leaves_out_is_an_error(string key, string value, string sentence)
    {
        await using var tested = Create(("hostport", "http://127.0.0.1:1"), (key, value));
        var fault = Assert.Single(tested.Faults);
        Assert.Contains($"{TestedOutput.Path}.{key}", fault, StringComparison.Ordinal);
        Assert.Contains(sentence, fault, StringComparison.Ordinal);
    }

    private static async Task<Dictionary<string, string>> LabelsAsync(Alert alert)
    {
        await using var destination = await HttpDestination.StartAsync(null);
        await using var tested = Create(("hostport", destination.Endpoint.ToString()));
        Assert.Equal(DeliveryStatus.Delivered, (await tested.DeliverAsync(alert)).Status);
        using var body = JsonDocument.Parse(destination.Requests.Single().Body);
        return body.RootElement[0].GetProperty("labels").EnumerateObject().ToDictionary(static label => label.Name, static label => label.Value.GetString()!);
    }

    private static TestedOutput Create(params (string Key, string Value)[] keys) =>
        TestedOutput.Create(Registrations.Of("alertmanager"), keys.ToDictionary(static pair => pair.Key, static pair => (string?)pair.Value));
}
