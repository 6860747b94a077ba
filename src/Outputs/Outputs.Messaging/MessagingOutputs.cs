using Saker.Outputs.Messaging.Kafka;

namespace Saker.Outputs.Messaging;

/// <summary>Outputs to message brokers, in alphabetical order.</summary>
public static class MessagingOutputs
{
    /// <summary>The registrations.</summary>
    public static IReadOnlyList<OutputRegistration> All { get; } =
    [
        OutputRegistration.For<KafkaOutput, KafkaOptions>(),
    ];
}
