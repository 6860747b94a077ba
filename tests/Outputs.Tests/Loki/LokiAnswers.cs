using System.Text;
using System.Text.Json;
using Saker.Alerts;
using Saker.Outputs.Testing;
using Saker.Testing;

namespace Saker.Outputs.Tests.Loki;

/// <summary>Loki's documented answers and limits.</summary>
public sealed class LokiAnswers
{
    [Fact]
    public async Task A_line_that_is_too_old_is_refused_for_good_and_the_others_of_its_batch_are_taken()
    {
        await using var destination = await HttpDestination.StartAsync(null, static request =>
            Encoding.UTF8.GetString(request.Body.Span).Contains("too old", StringComparison.Ordinal)
                ? new LoopbackAnswer { Status = 400, Body = "entry for stream '{rule=\"r\"}' has timestamp too old: 2020-01-01T00:00:00Z"u8.ToArray() }
                : new LoopbackAnswer { Status = 204 });
        await using var tested = Create(destination);
        var results = await tested.DeliverAsync([SampleAlerts.Full, SampleAlerts.Full with { Output = "too old" }, SampleAlerts.Full]);
        Assert.Equal([DeliveryStatus.Delivered, DeliveryStatus.Rejected, DeliveryStatus.Delivered], results.Select(static result => result.Status));
        Assert.Contains("has timestamp too old", results[1].Reason, StringComparison.Ordinal);
        Assert.Equal(4, destination.Requests.Count);
    }

    [Fact]
    public async Task Alerts_with_the_same_labels_are_one_stream_in_their_order()
    {
        await using var destination = await HttpDestination.StartAsync(null);
        await using var tested = Create(destination);
        await tested.DeliverAsync([SampleAlerts.Full with { Output = "1" }, SampleAlerts.Full with { Output = "2", Rule = "other" }, SampleAlerts.Full with { Output = "3" }]);
        using var body = JsonDocument.Parse(destination.Requests.Single().Body);
        var streams = body.RootElement.GetProperty("streams").EnumerateArray().ToList();
        Assert.Equal(2, streams.Count);
        Assert.Equal(["1", "3"], streams[0].GetProperty("values").EnumerateArray().Select(static line => line[1].GetString()));
    }

    [Theory]
    [InlineData(0, 2048)]
    [InlineData(1, 2048)]
    public async Task Labels_keep_to_Loki_s_limits(int over, int limit)
    {
        var fields = Enumerable.Range(0, 30).Select(static i => KeyValuePair.Create($"f{i:00}", FieldValue.Text("v"))).Append(KeyValuePair.Create("f00", FieldValue.Text(new string('x', limit + over))));
        await using var destination = await HttpDestination.StartAsync(null);
        await using var tested = Create(destination, ("extralabels", string.Join(',', Enumerable.Range(0, 30).Select(static i => $"f{i:00}"))));
        await tested.DeliverAsync(SampleAlerts.Full with { OutputFields = AlertFields.From(fields) });
        using var body = JsonDocument.Parse(destination.Requests.Single().Body);
        var labels = body.RootElement.GetProperty("streams")[0].GetProperty("stream").EnumerateObject().ToDictionary(static label => label.Name, static label => label.Value.GetString()!);
        Assert.Equal(15, labels.Count);
        Assert.Equal("Terminal shell in container", labels["rule"]);
        Assert.Equal(over > 0, labels["f00"].EndsWith('…'));
        Assert.InRange(Encoding.UTF8.GetByteCount(labels["f00"]), limit - 2, limit);
    }

    [Fact]
    public async Task Structured_metadata_takes_pods_tags_and_fields_out_of_the_labels()
    {
        await using var destination = await HttpDestination.StartAsync(null);
        await using var tested = Create(destination, ("structuredmetadata", "true"));
        await tested.DeliverAsync(SampleAlerts.Full with { OutputFields = SampleAlerts.Full.OutputFields.With([KeyValuePair.Create("k8s.pod.name", FieldValue.Text("web-1"))]) });
        using var body = JsonDocument.Parse(destination.Requests.Single().Body);
        var stream = body.RootElement.GetProperty("streams")[0];
        Assert.Equal(["hostname", "k8s_ns_name", "priority", "rule", "source"], stream.GetProperty("stream").EnumerateObject().Select(static label => label.Name));
        var metadata = stream.GetProperty("values")[0][2];
        Assert.Equal(("web-1", "bash -i", "container,shell"), (metadata.GetProperty("k8s_pod_name").GetString(), metadata.GetProperty("proc_cmdline").GetString(), metadata.GetProperty("tags").GetString()));
    }

    private static TestedOutput Create(HttpDestination destination, params (string Key, string Value)[] keys) => TestedOutput.Create(
        Registrations.Of("loki"), keys.Append(("hostport", destination.Endpoint.ToString())).ToDictionary(static pair => pair.Item1, static pair => (string?)pair.Item2));
}
