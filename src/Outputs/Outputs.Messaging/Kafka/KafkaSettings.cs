using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Confluent.Kafka;
using Saker.Outputs.Transports;

namespace Saker.Outputs.Messaging.Kafka;

/// <summary>The client's settings (https://docs.confluent.io/platform/current/clients/librdkafka/html/md_CONFIGURATION.html) for the options.</summary>
internal static class KafkaSettings
{
    public static readonly string[] Balancers = ["round_robin", "least_bytes", "hash", "crc32", "crc32_random", "murmur2", "murmur2_random"];
    public static readonly string[] Compressions = ["none", "gzip", "snappy", "lz4", "zstd"];
    public static readonly string[] Acks = ["all", "one", "none"];
    public static readonly string[] Mechanisms = ["PLAIN", "SCRAM_SHA256", "SCRAM_SHA512", "SCRAM-SHA-256", "SCRAM-SHA-512"];

    // A message that has waited so long is reported before the attempt ends. The client looks for such messages once a second.
    private const double PartOfAttempt = 0.9;
    private const double LeastPartOfAttempt = 0.5;
    private const int ReportMs = 2_000;

    /// <summary>True for balancers that take partitions in turn.</summary>
    public static bool IsRoundRobin(KafkaOptions options) =>
        options.Balancer.ToLowerInvariant() is "" or "round_robin" or "least_bytes" || options is { MessageKey.Length: 0 } && options.Balancer.Equals("hash", StringComparison.OrdinalIgnoreCase);

    public static ProducerConfig Of(KafkaOptions options, OutputContext context)
    {
        var acks = options.RequiredAcks.ToLowerInvariant() switch { "none" => Confluent.Kafka.Acks.None, "one" => Confluent.Kafka.Acks.Leader, _ => Confluent.Kafka.Acks.All };
        var patience = Patience(context.AttemptTimeout.TotalMilliseconds);
        var config = new ProducerConfig
        {
            BootstrapServers = options.HostPort,
            ClientId = options.ClientId.Length > 0 ? options.ClientId : "saker-router",
            Acks = acks,
            EnableIdempotence = options.Idempotent && acks == Confluent.Kafka.Acks.All && !context.Strict,
            MessageTimeoutMs = patience,
            RequestTimeoutMs = Math.Min(patience, 5_000),
            SocketConnectionSetupTimeoutMs = Math.Clamp(patience, 1_000, 10_000),
            TopicMetadataPropagationMaxMs = Math.Min(patience / 2, 5_000), // how long a topic may be missing before its messages fail
            ReconnectBackoffMaxMs = 5_000,
            LingerMs = 2,
            MessageMaxBytes = options.MaxMessageBytes,
            CompressionType = Enum.TryParse<CompressionType>(options.Compression, ignoreCase: true, out var compression) ? compression : CompressionType.None,
            AllowAutoCreateTopics = options.TopicCreation,
            SocketKeepaliveEnable = true,
            SocketNagleDisable = true,
            LogConnectionClose = false,
        };
        if (IsRoundRobin(options))
        {
            config.StickyPartitioningLingerMs = 0; // else the client sends what has no key where it likes, and asks nobody
        }
        else
        {
            config.Set("partitioner", options.Balancer.ToLowerInvariant() switch
            {
                "hash" => "fnv1a_random",
                "crc32" => "consistent",
                "crc32_random" => "consistent_random",
                var murmur => murmur,
            });
        }

        SignIn(config, options);
        if (options.Tls)
        {
            Encrypt(config, options, context.Transports);
        }

        return config;
    }

    private static int Patience(double attempt) =>
        (int)Math.Clamp(Math.Max(Math.Min(attempt * PartOfAttempt, attempt - ReportMs), attempt * LeastPartOfAttempt), 100, 900_000);

    private static void SignIn(ProducerConfig config, KafkaOptions options)
    {
        config.SecurityProtocol = (options.Sasl.Length > 0, options.Tls) switch
        {
            (true, true) => SecurityProtocol.SaslSsl,
            (true, false) => SecurityProtocol.SaslPlaintext,
            (false, true) => SecurityProtocol.Ssl,
            _ => SecurityProtocol.Plaintext,
        };
        if (options.Sasl.Length == 0)
        {
            return;
        }

        config.SaslMechanism = options.Sasl.ToUpperInvariant().Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal) switch
        {
            "SCRAMSHA256" => SaslMechanism.ScramSha256,
            "SCRAMSHA512" => SaslMechanism.ScramSha512,
            _ => SaslMechanism.Plain,
        };
        config.SaslUsername = options.Username;
        config.SaslPassword = options.Password.Reveal();
    }

    private static void Encrypt(ProducerConfig config, KafkaOptions options, OutputTransports transports)
    {
        var tls = transports.Tls();
        config.EnableSslCertificateVerification = options.CheckCert;
        config.SslEndpointIdentificationAlgorithm = options.CheckCert ? SslEndpointIdentificationAlgorithm.Https : SslEndpointIdentificationAlgorithm.None;
        if (options.CheckCert)
        {
            // The client has no notion of "beside the system's": it gets all that are trusted, which are those of .NET.
            using var system = new X509Store(StoreName.Root, StoreLocation.LocalMachine);
            system.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
            var trusted = tls.CertificateChainPolicy?.CustomTrustStore ?? system.Certificates;
            config.SslCaPem = string.Join('\n', trusted.Select(static authority => authority.ExportCertificatePem()));
        }

        if (transports.Certificates.Client is { } client)
        {
            config.SslCertificatePem = client.ExportCertificatePem();
            config.SslKeyPem = ((AsymmetricAlgorithm?)client.GetRSAPrivateKey() ?? client.GetECDsaPrivateKey())?.ExportPkcs8PrivateKeyPem();
        }
    }
}
