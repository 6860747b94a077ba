using Confluent.Kafka;

namespace Saker.Outputs.Tests.Kafka;

/// <summary>librdkafka's own cluster of brokers in memory, on ports of 127.0.0.1: without TLS, without SASL, with four partitions a topic.</summary>
public sealed class MockCluster : IDisposable
{
    private const int Partitions = 4;
    private const string Sign = "bootstrap.servers=";
    private readonly IProducer<Null, Null> owner;
    private readonly TaskCompletionSource<string> servers = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MockCluster()
    {
        var config = new ProducerConfig { Debug = "mock", BootstrapServers = "x:1" };
        config.Set("test.mock.num.brokers", "3");
        owner = new ProducerBuilder<Null, Null>(config).SetErrorHandler(static (_, _) => { }).SetLogHandler((_, log) =>
        {
            if (log.Message.IndexOf(Sign, StringComparison.Ordinal) is var at and >= 0)
            {
                servers.TrySetResult(log.Message[(at + Sign.Length)..].Split(' ', '\n')[0].TrimEnd('.', ')'));
            }
        }).Build();
    }

    public Task<string> ServersAsync() => servers.Task.WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Makes a topic.</summary>
    public async Task<string> TopicAsync(string topic)
    {
        var config = new ProducerConfig { BootstrapServers = await ServersAsync(), AllowAutoCreateTopics = true };
        using var maker = new ProducerBuilder<Null, byte[]>(config).SetErrorHandler(static (_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(maker.Handle).Build();
        for (var attempt = 0; attempt < 600; attempt++)
        {
            if (admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Find(known => known.Topic == topic) is { Error.IsError: false, Partitions.Count: Partitions })
            {
                return topic;
            }

            await Task.Delay(100);
        }

        throw new TimeoutException($"The topic {topic} was not made.");
    }

    /// <summary>What a topic holds, partition by partition, as an independent consumer reads it.</summary>
    public async Task<IReadOnlyList<ConsumeResult<byte[]?, byte[]>>> ReadAsync(string topic, int count)
    {
        var config = new ConsumerConfig { BootstrapServers = await ServersAsync(), GroupId = "reader", EnableAutoCommit = false };
        using var consumer = new ConsumerBuilder<byte[]?, byte[]>(config).SetErrorHandler(static (_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        var found = new List<ConsumeResult<byte[]?, byte[]>>();
        var start = TimeProvider.System.GetTimestamp();
        while (found.Count < count && TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(60))
        {
            if (consumer.Consume(TimeSpan.FromSeconds(1)) is { } result)
            {
                found.Add(result);
            }
        }

        consumer.Close();
        return [.. found.OrderBy(static result => result.Partition.Value).ThenBy(static result => result.Offset.Value)];
    }

    public void Dispose() => owner.Dispose();
}
