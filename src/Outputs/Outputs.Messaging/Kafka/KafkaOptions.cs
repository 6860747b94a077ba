using System.ComponentModel.DataAnnotations;
using Saker.Alerts;
using Saker.Settings;

namespace Saker.Outputs.Messaging.Kafka;

/// <summary>Options of the output to Kafka.</summary>
internal sealed record KafkaOptions : NetworkOutputOptions
{
    /// <summary>Brokers to begin with, each with its port, separated by commas: <c>kafka-0:9092,kafka-1:9092</c>.</summary>
    [Required]
    public string HostPort { get; init; } = "";

    /// <summary>The topic.</summary>
    public string Topic { get; init; } = "";

    /// <summary>Lets the broker make the topic when it is not there, if it is set to do so.</summary>
    public bool TopicCreation { get; init; }

    /// <summary>How alerts are spread over partitions: round_robin, least_bytes (as round_robin), hash, crc32, crc32_random, murmur2 or murmur2_random. All but the first two go by <c>messagekey</c>.</summary>
    public string Balancer { get; init; } = "round_robin";

    /// <summary>What the key of a message is: rule, source, priority, hostname, uuid or the name of a field, as in <c>k8s.ns.name</c>. Empty: messages have no key.</summary>
    public string MessageKey { get; init; } = "";

    /// <summary>Name by which brokers know the router in their logs and quotas.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>Compression: none, gzip, snappy, lz4 or zstd.</summary>
    public string Compression { get; init; } = "NONE";

    /// <summary>Who confirms a message: ALL replicas that are in sync, ONE (the partition's leader) or NONE. With NONE, delivered means sent, and what a broker loses is lost.</summary>
    public string RequiredAcks { get; init; } = "ALL";

    /// <summary>Lets brokers drop what an attempt sends twice. Needs <c>requiredacks: ALL</c> and Kafka 0.11.</summary>
    public bool Idempotent { get; init; } = true;

    /// <summary>Has no effect, since every alert waits for its report; <c>maxconcurrentrequests</c> lets several attempts be under way.</summary>
    public bool Async { get; init; }

    /// <summary>Encrypts connections with TLS.</summary>
    public bool Tls { get; init; }

    /// <summary>How the router signs in: PLAIN, SCRAM_SHA256 or SCRAM_SHA512. Empty: it does not.</summary>
    public string Sasl { get; init; } = "";

    /// <summary>User for <c>sasl</c>.</summary>
    public string Username { get; init; } = "";

    /// <summary>Password for <c>sasl</c>.</summary>
    public Secret Password { get; init; } = Secret.None;

    /// <summary>Bytes of a message that the topic takes (<c>max.message.bytes</c>); longer alerts are cut.</summary>
    [Range(1_000, 1_000_000_000)]
    public int MaxMessageBytes { get; init; } = 1_000_000;

    /// <summary>Alerts that are sent in one attempt.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; init; } = 500;

    /// <summary>How long an alert may wait for others that go with it; 0 takes those that are there.</summary>
    public TimeSpan FlushInterval { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<OptionFault> Validate()
    {
        foreach (var fault in base.Validate())
        {
            yield return fault;
        }

        if (HostPort.Length > 0 && Topic.Length == 0)
        {
            yield return new("topic", "Name the topic that alerts go to.");
        }

        if (Sasl.Length > 0 && (Username.Length == 0 || Password.IsEmpty))
        {
            yield return new(Username.Length == 0 ? "username" : "password", "Signing in with sasl needs username and password.");
        }

        if (FlushInterval < TimeSpan.Zero)
        {
            yield return new("flushinterval", "A time is not negative; 0 waits for no others.");
        }
    }
}
