using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Saker.Outputs.Testing;
using Saker.Testing;

namespace Saker.Outputs.Tests.Kafka;

/// <summary>SASL and TLS towards a broker that goes as far as the sign-in.</summary>
public sealed class KafkaSignIn
{
    private const string Password = "p4ss-s3cret";

    [Theory]
    [InlineData("sasl-plain", "PLAIN", "\0user\0pass")]
    [InlineData("sasl-scram-sha256", "SCRAM-SHA-256", "n,,n=user,r=")]
    [InlineData("sasl-scram-sha512", "SCRAM-SHA-512", "n,,n=user,r=")]
    public async Task The_sign_in_is_the_recorded_one_and_its_refusal_blocks(string variant, string mechanism, string auth)
    {
        var header = JsonNode.Parse(RecordedData.Lines("sidekick", "outputs", "kafka", variant + ".jsonl")[0])!;
        var session = header["session"]!["requests"]!.ToJsonString();
        Assert.Contains(mechanism, session, StringComparison.Ordinal);
        await using var broker = new FakeBroker();
        await using var router = ConfiguredRouter.Load("strictcompatibility: true\n" + header["config"]!.GetValue<string>().Replace("HOST:PORT", broker.Address, StringComparison.Ordinal));
        var result = await DeliverAsync(router);
        Assert.Contains($"mechanism {mechanism}", broker.Seen);
        Assert.Contains(broker.Seen, seen => seen.StartsWith($"auth {auth}", StringComparison.Ordinal));
        Assert.True(result.Status == DeliveryStatus.Blocked, $"{result}\n{string.Join('\n', broker.Seen)}");
        Assert.Contains("Look at kafka.username.", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_of_an_own_authority_is_trusted_and_gets_the_clients_certificate()
    {
        using var certificates = new TestCertificates();
        await using var broker = new FakeBroker(Server(certificates));
        var client = certificates.Client("client");
        await File.WriteAllTextAsync(Path.Combine(certificates.Folder, "c.crt"), client.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await using var router = ConfiguredRouter.Load(
            $"kafka:\n  hostport: {broker.Address}\n  topic: t\n  tls: true\n  sasl: PLAIN\n  username: u\n  password: {Password}\n  cacertfile: {certificates.Folder}/ca.crt\n  certfile: {certificates.Folder}/c.crt\n  keyfile: {certificates.Folder}/client.key\n");
        var result = await DeliverAsync(router);
        Assert.True(broker.Seen.Contains("mechanism PLAIN"), $"{result}\n{string.Join('\n', broker.Seen)}");
        Assert.Contains("certificate CN=client", broker.Seen);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("  checkcert: false\n", true)]
    public async Task A_server_of_a_stranger_is_not_trusted_unless_nothing_is_checked(string yaml, bool trusted)
    {
        using var certificates = new TestCertificates();
        await using var broker = new FakeBroker(Server(certificates));
        await using var router = ConfiguredRouter.Load($"kafka:\n  hostport: {broker.Address}\n  topic: t\n  tls: true\n  sasl: PLAIN\n  username: u\n  password: {Password}\n{yaml}");
        var result = await DeliverAsync(router);
        Assert.Equal(trusted, broker.Seen.Contains("mechanism PLAIN"));
        Assert.Equal(trusted ? DeliveryStatus.Blocked : DeliveryStatus.Retry, result.Status);
        if (!trusted)
        {
            Assert.Contains("certificate", result.Reason, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static X509Certificate2 Server(TestCertificates certificates)
    {
        using var read = X509Certificate2.CreateFromPemFile(Path.Combine(certificates.Folder, "server.crt"), Path.Combine(certificates.Folder, "server.key"));
        return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
    }

    private static async Task<DeliveryResult> DeliverAsync(ConfiguredRouter router) =>
        (await router.Output.DeliverAsync([SampleAlerts.Full], TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken))[0];
}
