using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Saker.Alerts;
using Saker.Outputs.Tests.Recorded;
using Saker.Testing;

namespace Saker.Outputs.Tests.Kafka;

/// <summary>
/// What Falcosidekick wrote to Kafka for every recorded alert, against what we write under <c>strictcompatibility</c>: value byte for byte, key,
/// headers, kind of time, topic. TLS and SASL, which the cluster in memory has not, are shown in <see cref="KafkaSignIn"/>.
/// </summary>
public sealed class RecordedKafka(MockCluster cluster, ITestOutputHelper output) : IClassFixture<MockCluster>
{
    public static TheoryData<string> Variants => RecordedVariant.Of("kafka");

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Messages_are_those_that_were_recorded(string variant)
    {
        var lines = RecordedData.Lines("sidekick", "outputs", "kafka", variant + ".jsonl");
        var header = JsonNode.Parse(lines[0])!;
        var topic = await cluster.TopicAsync($"t-{variant}");
        // How Falcosidekick reads custom fields is the configuration's concern; here they are written so that both read the same.
        var yaml = header["config"]!.GetValue<string>().Replace("HOST:PORT", await cluster.ServersAsync(), StringComparison.Ordinal)
            .Replace("  Akey:", "  akey:", StringComparison.Ordinal).Replace("  \"env.name\": prod\n", "", StringComparison.Ordinal);
        yaml = Regex.Replace(yaml, "(?m)^  topic: .*$", $"  topic: {topic}");
        yaml = Regex.Replace(yaml, "(?m)^  (tls|sasl|username|password): .*\n", "");
        await using var router = ConfiguredRouter.Load("strictcompatibility: true\n" + yaml);
        var kafka = router.Output;

        var expected = new List<string>();
        var alerts = new List<Alert>();
        foreach (var record in lines.Skip(1).Select(static line => JsonNode.Parse(line)!))
        {
            var alert = router.Enrich(RecordedCase.Named(record["alert"]!.GetValue<string>()));
            alerts.Add(alert);
            foreach (var message in record["messages"]!.AsArray())
            {
                Assert.Null(message!["key"]);
                Assert.Empty(message["headers"]!.AsArray());
                Assert.Equal("create", message["timestamp_type"]!.GetValue<string>());
                expected.Add(message["payload"]!.GetValue<string>().Replace("<uuid>", alert.Uuid.ToString(), StringComparison.Ordinal));
            }
        }

        var results = await kafka.DeliverAsync(alerts, TestContext.Current.CancellationToken);
        Assert.Equal("Delivered: ", string.Join('\n', Enumerable.Range(0, alerts.Count).Select(index => $"{results[index].Status}: {results[index].Reason}").Distinct()));
        var actual = await cluster.ReadAsync(topic, expected.Count);
        Assert.All(actual, static message =>
        {
            Assert.Null(message.Message.Key);
            Assert.Empty(message.Message.Headers);
            Assert.Equal(TimestampType.CreateTime, message.Message.Timestamp.Type);
        });
        var values = actual.Select(static message => Encoding.UTF8.GetString(message.Message.Value)).ToList();
        Assert.Equal(expected.Order(StringComparer.Ordinal), values.Order(StringComparer.Ordinal));
        if (variant == "lz4")
        {
            // crc32 without a key: one partition for all, the recorded one, and the order of the alerts.
            Assert.Equal([0], actual.Select(static message => message.Partition.Value).Distinct());
            Assert.Equal(expected, values);
        }

        RecordedTally.Note(output, "kafka", variant, expected.Count, expected.Count, 0);
    }
}
