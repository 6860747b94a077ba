using System.Globalization;
using System.Text;
using Saker.Alerts;
using Saker.Outputs.Testing;
using Saker.Testing;

namespace Saker.Outputs.Tests.Elasticsearch;

/// <summary>Answers as Elasticsearch documents them: items of a bulk request, fields that do not fit, nodes that are gone.</summary>
public sealed class ElasticsearchAnswers
{
    private const string WrongField = "{\"error\":{\"type\":\"document_parsing_exception\",\"reason\":\"[1:236] failed to parse field [output_fields.proc.cmdline] of type [date] in document with id '1'.\"},\"status\":400}";

    [Fact]
    public async Task Each_item_of_a_bulk_request_has_its_own_outcome()
    {
        var (results, requests) = await BulkAsync(
            "{\"create\":{\"status\":201}}",
            "{\"create\":{\"status\":409,\"error\":{\"type\":\"version_conflict_engine_exception\",\"reason\":\"document already exists\"}}}",
            "{\"create\":{\"status\":429,\"error\":{\"type\":\"es_rejected_execution_exception\",\"reason\":\"queue full\"}}}",
            "{\"create\":{\"status\":400,\"error\":{\"type\":\"illegal_argument_exception\",\"reason\":\"limit of total fields [1000] has been exceeded\"}}}",
            "{\"create\":{\"status\":403,\"error\":{\"type\":\"cluster_block_exception\",\"reason\":\"index read-only\"}}}");
        Assert.Equal([DeliveryStatus.Delivered, DeliveryStatus.Delivered, DeliveryStatus.Retry, DeliveryStatus.Rejected, DeliveryStatus.Blocked], results.Select(static result => result.Status));
        Assert.Equal("Elasticsearch refused the alert (status 400): illegal_argument_exception: limit of total fields [1000] has been exceeded.", results[3].Reason);
        Assert.Equal(1, requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{\"took\":1}")]
    [InlineData("{\"errors\":true}")]
    [InlineData("{\"errors\":true,\"items\":[{\"create\":{\"status\":201}}]}")]
    [InlineData("{\"errors\":true,\"items\":[1,2,3]}")]
    [InlineData("{\"errors\":\"false\",\"items\":[1,2,3]}")]
    public async Task A_bulk_answer_that_does_not_say_what_became_of_each_is_another_attempt(string answer)
    {
        await using var destination = await HttpDestination.StartAsync(null, new LoopbackAnswer { Body = Encoding.UTF8.GetBytes(answer) });
        await using var tested = Create(destination, ("batching.enabled", "true"));
        Assert.All(await tested.DeliverAsync(Alerts(3)), static result => Assert.Equal(DeliveryStatus.Retry, result.Status));
    }

    [Theory]
    [InlineData("{\"errors\":false}")]
    [InlineData("{\"took\":1,\"errors\":false,\"items\":[]}")]
    public async Task A_bulk_answer_without_errors_has_all_delivered(string answer)
    {
        await using var destination = await HttpDestination.StartAsync(null, new LoopbackAnswer { Body = Encoding.UTF8.GetBytes(answer) });
        await using var tested = Create(destination, ("batching.enabled", "true"));
        Assert.All(await tested.DeliverAsync(Alerts(3)), static result => Assert.Equal(DeliveryStatus.Delivered, result.Status));
    }

    [Theory]
    [InlineData(404, "no handler")]
    [InlineData(405, "")]
    [InlineData(200, "not json")]
    [InlineData(200, "{}")]
    [InlineData(204, "")]
    [InlineData(403, "{\"error\":{\"type\":\"security_exception\",\"reason\":\"action [indices:data/write/bulk] is unauthorized\"}}")]
    public async Task Alerts_that_only_happen_to_wait_together_go_alone_where_bulk_is_not_known(int status, string answer)
    {
        await using var destination = await HttpDestination.StartAsync(null, request => request.Path == "/_bulk"
            ? new LoopbackAnswer { Status = status, Body = Encoding.UTF8.GetBytes(answer) }
            : new LoopbackAnswer { Status = 201 });
        await using var tested = Create(destination);
        Assert.All(await tested.DeliverAsync(Alerts(3)), static result => Assert.Equal(DeliveryStatus.Delivered, result.Status));
        Assert.All(await tested.DeliverAsync(Alerts(2)), static result => Assert.Equal(DeliveryStatus.Delivered, result.Status));
        Assert.Equal(5, destination.Requests.Count(static request => request.Path.Contains("/_create/", StringComparison.Ordinal)));
        Assert.Equal(0, Assert.Single(destination.Requests, static request => request.Path == "/_bulk").Body.Length);
    }

    [Theory]
    [InlineData(400, "{\"error\":{\"type\":\"parse_exception\",\"reason\":\"request body is required\"},\"status\":400}")]
    [InlineData(200, "{\"took\":1,\"errors\":false,\"items\":[]}")]
    public async Task Alerts_that_happen_to_wait_together_go_together_once_the_server_is_known(int status, string answer)
    {
        var busy = true;
        await using var destination = await HttpDestination.StartAsync(null, request => request.Path != "/_bulk" ? new LoopbackAnswer { Status = 201 }
            : busy ? new LoopbackAnswer { Status = 503 }
            : request.Body.Length == 0 ? new LoopbackAnswer { Status = status, Body = Encoding.UTF8.GetBytes(answer) }
            : new LoopbackAnswer { Body = "{\"errors\":false}"u8.ToArray() });
        await using var tested = Create(destination);
        Assert.All(await tested.DeliverAsync(Alerts(2)), static result => Assert.Equal(DeliveryStatus.Delivered, result.Status));
        busy = false;
        Assert.All(await tested.DeliverAsync(Alerts(3)), static result => Assert.Equal(DeliveryStatus.Delivered, result.Status));
        Assert.Equal(DeliveryStatus.Delivered, (await tested.DeliverAsync()).Status);
        Assert.Equal(
            ["/_bulk", "_create", "_create", "/_bulk", "/_bulk", "_create"],
            destination.Requests.Select(static request => request.Path == "/_bulk" ? request.Path : "_create"));
    }

    [Fact]
    public async Task An_item_with_a_field_that_does_not_fit_is_sent_again_without_it()
    {
        var answers = new Queue<string>(
        [
            $"{{\"errors\":true,\"items\":[{{\"create\":{{\"status\":201}}}},{{\"create\":{WrongField}}}]}}",
            "{\"errors\":false,\"items\":[{\"create\":{\"status\":201}}]}",
        ]);
        await using var destination = await HttpDestination.StartAsync(null, _ => new LoopbackAnswer { Body = Encoding.UTF8.GetBytes(answers.Dequeue()) });
        await using var tested = Create(destination, ("batching.enabled", "true"));
        Assert.All(await tested.DeliverAsync(Alerts(2)), static result => Assert.Equal(DeliveryStatus.Delivered, result.Status));
        AssertMended(Encoding.UTF8.GetString(destination.Requests.Last().Body.Span).Split('\n')[1]);
    }

    [Fact]
    public async Task A_document_with_a_field_that_does_not_fit_is_sent_again_without_it_and_keeps_it_as_text()
    {
        var answers = new Queue<(int, string)>([(400, WrongField), (201, "{}")]);
        await using var destination = await HttpDestination.StartAsync(null, _ => answers.Dequeue() is var (status, body) ? new LoopbackAnswer { Status = status, Body = Encoding.UTF8.GetBytes(body) } : throw new InvalidOperationException());
        await using var tested = Create(destination);
        Assert.Equal(DeliveryStatus.Delivered, (await tested.DeliverAsync()).Status);
        AssertMended(Encoding.UTF8.GetString(destination.Requests.Last().Body.Span));
    }

    [Fact]
    public async Task A_document_that_never_fits_is_refused_after_few_requests()
    {
        await using var destination = await HttpDestination.StartAsync(null, new LoopbackAnswer { Status = 400, Body = Encoding.UTF8.GetBytes(WrongField) });
        await using var tested = Create(destination);
        var result = await tested.DeliverAsync();
        Assert.Equal((DeliveryStatus.Rejected, 2), (result.Status, destination.Requests.Count)); // the field is gone after the first
    }

    [Fact]
    public async Task A_node_that_is_gone_is_passed_over()
    {
        await using var destination = await HttpDestination.StartAsync(null);
        await using var tested = TestedOutput.Create(Registrations.Of("elasticsearch"), new Dictionary<string, string?>
        {
            ["hostport"] = $"http://127.0.0.1:{LoopbackServer.ClosedPort()},{destination.Endpoint}",
        });
        Assert.Equal(DeliveryStatus.Delivered, (await tested.DeliverAsync()).Status);
        Assert.Equal(DeliveryStatus.Delivered, (await tested.DeliverAsync()).Status);
        Assert.Equal(2, destination.Requests.Count);
    }

    [Theory]
    [InlineData(200, 200, DeliveryStatus.Delivered, 1)]
    [InlineData(404, 200, DeliveryStatus.Delivered, 2)]
    [InlineData(401, 200, DeliveryStatus.Blocked, 1)]
    [InlineData(503, 200, DeliveryStatus.Retry, 1)]
    [InlineData(404, 400, DeliveryStatus.Rejected, 2)]
    public async Task The_index_template_is_made_unless_it_is_there(int present, int made, DeliveryStatus status, int requests)
    {
        await using var destination = await HttpDestination.StartAsync(null, request => new LoopbackAnswer { Status = request.Method == "GET" ? present : made });
        await using var tested = Create(destination, ("createindextemplate", "true"), ("numberofreplicas", "0"), ("datastream", "true"), ("componenttemplates", "a,b"), ("username", "u"), ("password", "p"));
        Assert.Equal(status, (await tested.Output.PrepareAsync(TestContext.Current.CancellationToken)).Status);
        Assert.Equal(requests, destination.Requests.Count);
        Assert.All(destination.Requests, static request => Assert.Equal("Basic dTpw", request.Headers["Authorization"]));
        if (requests == 2)
        {
            var body = Encoding.UTF8.GetString(destination.Requests.Last().Body.Span);
            Assert.Contains("\"index_patterns\":[\"falco\"],\"data_stream\":{},\"composed_of\":[\"a\",\"b\"]", body, StringComparison.Ordinal);
            Assert.Contains("\"number_of_replicas\":0", body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("daily", "UTC", "-yyyy.MM.dd", 0)]
    [InlineData("daily", "Europe/Berlin", "-yyyy.MM.dd", 1)]
    [InlineData("monthly", "UTC", "-yyyy.MM", 0)]
    [InlineData("annually", "UTC", "-yyyy", 0)]
    [InlineData("none", "UTC", "", 0)]
    public async Task The_index_follows_the_alert_s_own_time(string suffix, string zone, string format, int daysAhead)
    {
        var lateAtNight = new DateTimeOffset(TimeProvider.System.GetUtcNow().AddDays(-5).Date.AddHours(23.5), TimeSpan.Zero);
        await using var destination = await HttpDestination.StartAsync(null);
        await using var tested = Create(destination, ("suffix", suffix), ("suffixtimezone", zone));
        await tested.DeliverAsync(SampleAlerts.Full with { Time = AlertTime.From(lateAtNight) });
        var day = format.Length == 0 ? "" : lateAtNight.AddDays(daysAhead).ToString(format, CultureInfo.InvariantCulture);
        Assert.StartsWith($"/falco{day}/_create/", destination.Requests.Single().Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_gone_wild_makes_no_index()
    {
        await using var destination = await HttpDestination.StartAsync(null);
        await using var tested = Create(destination);
        var today = TimeProvider.System.GetUtcNow();
        await tested.DeliverAsync(SampleAlerts.Full with { Time = new AlertTime(0) });
        await tested.DeliverAsync(SampleAlerts.Full with { Time = AlertTime.From(today.AddYears(3)) });
        string[] indexes = [$"/falco-{today:yyyy.MM}", $"/falco-{TimeProvider.System.GetUtcNow():yyyy.MM}"]; // a month may turn meanwhile
        Assert.All(destination.Requests, request => Assert.Contains(indexes, index => request.Path.StartsWith(index, StringComparison.Ordinal)));
    }

    private static async Task<(IReadOnlyList<DeliveryResult> Results, int Requests)> BulkAsync(params string[] items)
    {
        var body = $"{{\"errors\":true,\"items\":[{string.Join(',', items)}]}}";
        await using var destination = await HttpDestination.StartAsync(null, new LoopbackAnswer { Body = Encoding.UTF8.GetBytes(body) });
        await using var tested = Create(destination, ("batching.enabled", "true"));
        return (await tested.DeliverAsync(Alerts(items.Length)), destination.Requests.Count);
    }

    private static List<Alert> Alerts(int count) => [.. Enumerable.Range(0, count).Select(static i => SampleAlerts.Full with { Uuid = new Guid(i, 0, 0, new byte[8]) })];

    private static void AssertMended(string document)
    {
        Assert.DoesNotContain("\"proc.cmdline\":", document, StringComparison.Ordinal);
        Assert.Contains("\"k8s.ns.name\":\"production\"", document, StringComparison.Ordinal);
        Assert.Contains("\"@timestamp\":\"2026-11-23T19:18:08.831575297Z\",\"unindexed\":[\"proc.cmdline=bash -i\"]", document, StringComparison.Ordinal);
    }

    private static TestedOutput Create(HttpDestination destination, params (string Key, string Value)[] keys) => TestedOutput.Create(
        Registrations.Of("elasticsearch"), keys.Append(("hostport", destination.Endpoint.ToString())).ToDictionary(static pair => pair.Item1, static pair => (string?)pair.Item2));
}
