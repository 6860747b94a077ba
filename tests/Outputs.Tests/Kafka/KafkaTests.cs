using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Saker.Alerts;
using Saker.Outputs.Messaging.Kafka;
using Saker.Outputs.Rendering;
using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Kafka;

public sealed class KafkaTests(MockCluster cluster) : IClassFixture<MockCluster>
{
    [Theory]
    [InlineData("none", "ALL")]
    [InlineData("gzip", "all")]
    [InlineData("snappy", "ONE")]
    [InlineData("lz4", "NONE")]
    [InlineData("zstd", "ALL")]
    public async Task A_batch_arrives_whole_and_in_order_with_every_compression(string compression, string acks)
    {
        var topic = $"batch-{compression}";
        await using var router = await LoadAsync(topic, $"  compression: {compression}\n  requiredacks: {acks}\n  balancer: hash\n  messagekey: rule\n");
        await router.Output.PrepareAsync(TestContext.Current.CancellationToken);
        var alerts = Enumerable.Range(0, 200).Select(static i => SampleAlerts.Full with { Output = $"alert {i}" }).ToList();
        var results = await router.Output.DeliverAsync(alerts, TestContext.Current.CancellationToken);
        Assert.Equal("Delivered: ", string.Join('\n', Enumerable.Range(0, 200).Select(index => $"{results[index].Status}: {results[index].Reason}").Distinct()));
        var messages = await cluster.ReadAsync(topic, 200);
        Assert.Equal(alerts.Select(static alert => Encoding.UTF8.GetString(AlertView.For(alert, false).ToJson().Span)), messages.Select(static m => Encoding.UTF8.GetString(m.Message.Value)));
        Assert.All(messages, static message => Assert.Equal(SampleAlerts.Full.Rule, Encoding.UTF8.GetString(message.Message.Key!)));
        Assert.Equal(acks == "NONE", router.Failures.Any(static failure => failure.Contains("requiredacks", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Round_robin_takes_partitions_in_turn()
    {
        await using var router = await LoadAsync("turns", "");
        await router.Output.DeliverAsync([.. Enumerable.Repeat(SampleAlerts.Full, 40)], TestContext.Current.CancellationToken);
        var messages = await cluster.ReadAsync("turns", 40);
        Assert.Equal([10, 10, 10, 10], messages.CountBy(static message => message.Partition.Value).Select(static partition => partition.Value));
    }

    [Fact]
    public async Task A_topic_that_is_not_there_blocks_the_output_unless_it_may_be_made()
    {
        await using var router = ConfiguredRouter.Load($"kafka:\n  hostport: {await cluster.ServersAsync()}\n  topic: not-there\n  attempttimeout: 10s\n");
        var result = (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0];
        Assert.Equal(DeliveryStatus.Blocked, result.Status);
        Assert.Contains("Look at kafka.topic.", result.Reason, StringComparison.Ordinal);

        await using var other = ConfiguredRouter.Load($"kafka:\n  hostport: {await cluster.ServersAsync()}\n  topic: made\n  topiccreation: true\n");
        result = (await other.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0];
        Assert.True(result.Status == DeliveryStatus.Delivered, result.Reason);
        Assert.Single(await cluster.ReadAsync("made", 1));
    }

    [Fact]
    public async Task After_a_failure_the_next_attempt_gets_through()
    {
        await using var router = await LoadAsync("later", "  attempttimeout: 20s\n");
        using var soon = new CancellationTokenSource(1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await router.Output.DeliverAsync([SampleAlerts.Full], soon.Token));
        Assert.Equal(DeliveryStatus.Delivered, (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken))[0].Status);
    }

    [Theory]
    [InlineData(ErrorCode.UnknownTopicOrPart, DeliveryStatus.Blocked, "kafka.topic")]
    [InlineData(ErrorCode.TopicAuthorizationFailed, DeliveryStatus.Blocked, "kafka.topic")]
    [InlineData(ErrorCode.SaslAuthenticationFailed, DeliveryStatus.Blocked, "kafka.username")]
    [InlineData(ErrorCode.ClusterAuthorizationFailed, DeliveryStatus.Blocked, "kafka.idempotent")]
    [InlineData(ErrorCode.MsgSizeTooLarge, DeliveryStatus.Rejected, "refused the alert")]
    [InlineData(ErrorCode.InvalidRecord, DeliveryStatus.Rejected, "refused the alert")]
    [InlineData(ErrorCode.NotEnoughReplicas, DeliveryStatus.Retry, "at present")]
    [InlineData(ErrorCode.NotLeaderForPartition, DeliveryStatus.Retry, "at present")]
    [InlineData(ErrorCode.Local_QueueFull, DeliveryStatus.Retry, "at present")]
    [InlineData((ErrorCode)12345, DeliveryStatus.Retry, "at present")]
    public void An_error_means_what_Kafka_means_by_it(ErrorCode code, DeliveryStatus status, string words)
    {
        var result = KafkaErrors.Result(new Error(code, "said the broker"), "kafka", "");
        Assert.Equal(status, result.Status);
        Assert.Contains("said the broker.", result.Reason, StringComparison.Ordinal);
        Assert.Contains(words, result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_that_waited_in_vain_says_for_what() =>
        Assert.Contains("Connection refused", KafkaErrors.Result(new Error(ErrorCode.Local_MsgTimedOut, "timed out"), "kafka", "Connect failed: Connection refused").Reason, StringComparison.Ordinal);

    [Fact]
    public void A_message_is_whole_at_the_limit_and_cut_beyond_it_with_the_rest_kept()
    {
        var options = new KafkaOptions { MaxMessageBytes = 5_000 };
        byte[] Of(int length) => KafkaMessage.From(AlertView.For(SampleAlerts.Full with { Output = new string('x', length) }, false), options).Value;
        var room = options.MaxMessageBytes - KafkaMessage.Overhead - Of(0).Length;
        Assert.DoesNotContain("…", Encoding.UTF8.GetString(Of(room)), StringComparison.Ordinal);
        Assert.Equal(options.MaxMessageBytes - KafkaMessage.Overhead, Of(room).Length);

        using var cut = JsonDocument.Parse(Of(room + 1));
        Assert.EndsWith("x…", cut.RootElement.GetProperty("output").GetString(), StringComparison.Ordinal);
        Assert.Equal(SampleAlerts.Full.OutputFields.Count, cut.RootElement.GetProperty("output_fields").EnumerateObject().Count());
    }

    [Fact]
    public void Thousands_of_fields_are_cut_to_the_first_that_fit()
    {
        var alert = SampleAlerts.Full with { OutputFields = AlertFields.From(Enumerable.Range(0, 5_000).Select(static i => KeyValuePair.Create($"f{i:0000}", FieldValue.Text("value")))) };
        var value = KafkaMessage.From(AlertView.For(alert, false), new KafkaOptions { MaxMessageBytes = 10_000 }).Value;
        Assert.InRange(value.Length, 9_000, 10_000);
        Assert.Contains("f0000", Encoding.UTF8.GetString(value), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("balancer: foo", "kafka.balancer")]
    [InlineData("compression: foo", "kafka.compression")]
    [InlineData("requiredacks: '2'", "kafka.requiredacks")]
    [InlineData("sasl: foo\n  username: u\n  password: p", "kafka.sasl")]
    [InlineData("sasl: PLAIN\n  username: u", "kafka.password")]
    [InlineData("topic: ''", "kafka.topic")]
    public void A_word_that_Kafka_does_not_know_is_a_fault(string yaml, string key)
    {
        var topic = yaml.StartsWith("topic", StringComparison.Ordinal) ? "" : "  topic: t\n";
        Assert.Contains(ConfiguredRouter.Load($"kafka:\n  hostport: h:1\n{topic}  {yaml}\n").Faults, fault => fault.Contains(key, StringComparison.Ordinal));
    }

    private async Task<ConfiguredRouter> LoadAsync(string topic, string yaml) =>
        ConfiguredRouter.Load($"kafka:\n  hostport: {await cluster.ServersAsync()}\n  topic: {await cluster.TopicAsync(topic)}\n{yaml}");
}
