using Confluent.Kafka;

namespace Saker.Router.Benchmarks.Allocation;

/// <summary>librdkafka's own cluster in memory: a broker on a port of 127.0.0.1, without managed code that would allocate.</summary>
internal sealed class MockKafka : IDisposable
{
    public const string Topic = "falco";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly IProducer<Null, Null> owner;

    public MockKafka()
    {
        var config = new ProducerConfig { BootstrapServers = "x:1", AllowAutoCreateTopics = true };
        config.Set("test.mock.num.brokers", "1");
        owner = new ProducerBuilder<Null, Null>(config).SetErrorHandler(static (_, _) => { }).SetLogHandler(static (_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(owner.Handle).Build();
        var broker = admin.GetMetadata(Topic, Patience).Brokers[0]; // makes the topic too
        Servers = $"{broker.Host}:{broker.Port}";
    }

    public string Servers { get; }

    public void Dispose() => owner.Dispose();
}
