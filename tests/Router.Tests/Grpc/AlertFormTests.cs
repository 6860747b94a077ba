using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Saker.Alerts.V1;
using Saker.Router.Tests.Enrichment;
using Saker.Router.Tests.Ingest;
using Status = Saker.Alerts.V1.Status;

namespace Saker.Router.Tests.Grpc;

/// <summary>Alerts as fields of a message.</summary>
public sealed class AlertFormTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_value_is_stored_as_it_was_sent()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var channel = GrpcCalls.Channel(fixture);
        var alert = new Alert
        {
            Rule = "Regel \u00e9 \ud83d\ude00",
            Priority = Priority.Informational,
            Output = "what \"happened\"\n",
            Time = new Timestamp { Seconds = 1_795_461_488, Nanos = 831_575_297 },
            Source = "k8s_audit",
            Hostname = "node-1",
            Tags = { "b", "a" },
            OutputFields =
            {
                ["least"] = new FieldValue { Integer = long.MinValue },
                ["most"] = new FieldValue { Unsigned = ulong.MaxValue },
                ["real"] = new FieldValue { Real = 0.1 },
                ["large"] = new FieldValue { Real = 1e300 },
                ["none"] = new FieldValue { Real = double.NaN },
                ["yes"] = new FieldValue { Truth = true },
                ["no"] = new FieldValue { Truth = false },
                ["text"] = new FieldValue { Text = "" },
                ["null"] = new FieldValue(),
                ["list"] = new FieldValue { Json = """[1.50, {"a": "b"}]""" },
                ["digits"] = new FieldValue { Json = "123456789012345678901234567890" },
            },
        };
        var answer = await new Saker.Alerts.V1.Alerts.AlertsClient(channel).SendAsync(GrpcCalls.Request(new SentAlert { Id = 7, Fields = alert }), cancellationToken: Cancel);
        Assert.Equal([7UL], answer.Stored);
        var stored = JsonNode.Parse(Assert.Single(fixture.Stored()))!.AsObject();
        Assert.True(Guid.TryParse(stored["uuid"]!.GetValue<string>(), out _));
        stored.Remove("uuid");
        Assert.Equal(
            """{"output":"what \"happened\"\n","priority":"Informational","rule":"Regel é 😀","time":"2026-11-23T19:18:08.831575297Z","output_fields":{"digits":123456789012345678901234567890,"large":1E+300,"least":-9223372036854775808,"list":[1.50,{"a":"b"}],"most":18446744073709551615,"no":false,"none":"NaN","null":null,"real":0.1,"text":"","yes":true},"source":"k8s_audit","tags":["a","b"],"hostname":"node-1"}""",
            stored.ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }).Replace("\\uD83D\\uDE00", "😀", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Both_forms_of_one_alert_are_stored_alike()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var channel = GrpcCalls.Channel(fixture);
        var json = GrpcCalls.Json().Replace("08Z", "08.831575297Z", StringComparison.Ordinal);
        var request = GrpcCalls.Request(GrpcCalls.JsonAlert(1, json), new SentAlert { Id = 2, Fields = GrpcCalls.Fields() });
        Assert.Equal([1UL, 2UL], (await new Saker.Alerts.V1.Alerts.AlertsClient(channel).SendAsync(request, cancellationToken: Cancel)).Stored);
        var stored = fixture.Stored().ConvertAll(AlertTexts.Normal);
        Assert.Equal(stored[0], stored[1]);
    }

    [Fact]
    public async Task What_is_no_alert_is_told_apart_and_its_neighbours_are_stored()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var channel = GrpcCalls.Channel(fixture);
        (Action<Alert> Change, string Reason)[] cases =
        [
            (static alert => alert.Priority = Priority.Unspecified, "priority is missing"),
            (static alert => alert.Priority = (Priority)9, "priority is unknown"),
            (static alert => alert.Priority = (Priority)(-1), "priority is unknown"),
            (static alert => alert.Rule = "", "rule is missing"),
            (static alert => alert.Time = null, "time is missing"),
            (static alert => alert.Time = new Timestamp { Seconds = -62_135_596_800 }, "time is missing"),
            (static alert => alert.Time = new Timestamp { Seconds = 253_402_300_800 }, "time is out of range"),
            (static alert => alert.Time = new Timestamp { Nanos = -1 }, "time is out of range"),
            (static alert => alert.OutputFields.Clear(), "output_fields is missing or empty"),
            (static alert => alert.OutputFields["a"] = new FieldValue { Json = "{\"a\":}" }, "the JSON of an output field is not valid"),
            (static alert => alert.OutputFields["a"] = new FieldValue { Json = "1 2" }, "the JSON of an output field is not valid"),
            (static alert => alert.OutputFields["a"] = new FieldValue { Json = "" }, "the JSON of an output field is not valid"),
        ];
        var request = GrpcCalls.Request(cases.Select(static (one, at) =>
        {
            var alert = GrpcCalls.Fields();
            one.Change(alert);
            return new SentAlert { Id = (ulong)at, Fields = alert };
        }).Append(new SentAlert { Id = 100 }).Append(GrpcCalls.JsonAlert(101, "[]")).Append(GrpcCalls.JsonAlert(102)));
        var answer = await new Saker.Alerts.V1.Alerts.AlertsClient(channel).SendAsync(request, cancellationToken: Cancel);
        Assert.Equal([102UL], answer.Stored);
        Assert.Equal(cases.Select(static (one, at) => ((ulong)at, one.Reason)).Append((100UL, "neither json nor fields is set")).Append((101UL, "not a JSON object")), answer.NotStored.Select(static alert => (alert.Id, alert.Reason)));
        Assert.All(answer.NotStored, static alert => Assert.Equal((Status.Invalid, null), (alert.Status, alert.RetryAfter)));
        var metrics = await fixture.ScrapeAsync();
        Assert.Contains("saker_router_not_taken_total{reason=\"time is out of range\"} 2", metrics, StringComparison.Ordinal);
        Assert.Contains("inputs_total{source=\"requests\",status=\"rejected\"} 14", metrics, StringComparison.Ordinal);
        Assert.Contains("inputs_total{source=\"requests\",status=\"accepted\"} 1", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_of_which_nothing_is_stored_fails_with_the_reason()
    {
        await using var fixture = await IngestFixture.StartAsync();
        using var channel = GrpcCalls.Channel(fixture);
        var client = new Saker.Alerts.V1.Alerts.AlertsClient(channel);
        var invalid = await Assert.ThrowsAsync<RpcException>(async () => await client.SendAsync(GrpcCalls.Request(GrpcCalls.JsonAlert(1, "{}")), cancellationToken: Cancel));
        Assert.Equal((StatusCode.InvalidArgument, "priority is missing"), (invalid.StatusCode, invalid.Status.Detail));
        var empty = await Assert.ThrowsAsync<RpcException>(async () => await client.SendAsync(new SendRequest(), cancellationToken: Cancel));
        Assert.Equal(StatusCode.InvalidArgument, empty.StatusCode);
    }
}
