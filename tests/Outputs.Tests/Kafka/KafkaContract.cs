using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Kafka;

public sealed class KafkaContract() : OutputContract(Registrations.Of("kafka"))
{
    protected override IReadOnlyDictionary<string, string?> AnyConfig => new Dictionary<string, string?> { ["hostport"] = "127.0.0.1:1", ["topic"] = "falco" };
}
