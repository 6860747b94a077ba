using System.Net;
using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Kafka;

public sealed class KafkaContract() : ServerOutputContract(Registrations.Of("kafka"))
{
    protected override string TriesAgain => "librdkafka finds the new leader of a partition by sending again, and ends with the attempt.";

    protected override Task<IServerDestination> StartServerAsync(IPEndPoint door) => Task.FromResult<IServerDestination>(new KafkaDestination(door));

    protected override IReadOnlyDictionary<string, string?> MinimalConfig(IPEndPoint server) => new Dictionary<string, string?>
    {
        ["hostport"] = server.ToString(),
        ["topic"] = KafkaDestination.Topic,
        ["sasl"] = "plain",
        ["username"] = "user",
    };
}
