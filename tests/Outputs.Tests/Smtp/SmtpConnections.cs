using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Saker.Outputs.Testing;
using Saker.Testing;
using static Saker.Outputs.Tests.Smtp.SmtpTestBed;

namespace Saker.Outputs.Tests.Smtp;

/// <summary>Connections: encrypted, signed in, kept, and given up.</summary>
public sealed class SmtpConnections : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TestCertificates certificates = new();
    private readonly X509Certificate2 certificate;

    public SmtpConnections()
    {
        using var pem = X509Certificate2.CreateFromPemFile(Path.Combine(certificates.Folder, "server.crt"), Path.Combine(certificates.Folder, "server.key"));
        certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    private string Authority => Path.Combine(certificates.Folder, "ca.crt");

    public void Dispose()
    {
        certificate.Dispose();
        certificates.Dispose();
    }

    [Theory]
    [InlineData("plain", "AUTH PLAIN AHVzZXIAVDBwLXMzY3JldCE=")]
    [InlineData("PLAIN", "AUTH PLAIN AHVzZXIAVDBwLXMzY3JldCE=")]
    [InlineData("login", "AUTH LOGIN|user|T0p-s3cret!")]
    [InlineData("cram-md5", "AUTH CRAM-MD5|user *")]
    [InlineData("external", "AUTH EXTERNAL aWRlbnQ=")]
    [InlineData("anonymous", "AUTH ANONYMOUS dHJhY2U=")]
    public async Task Every_sign_in_says_what_its_server_checks(string mechanism, string expected)
    {
        await using var server = LoopbackSmtp.Start();
        await using var router = Configured(server.Port, ("authmechanism", mechanism), ("identity", mechanism == "external" ? "ident" : ""), ("trace", "trace"));
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router)).Status);
        var said = string.Join('|', server.Talks.Single().Commands.Skip(1).TakeWhile(static command => !command.StartsWith("MAIL", StringComparison.Ordinal)));
#pragma warning disable CA5351 // the mechanism is made of it
        var digest = Convert.ToHexStringLower(HMACMD5.HashData(Encoding.UTF8.GetBytes(Password), "<123.456@loopback>"u8));
#pragma warning restore CA5351
        Assert.Equal(expected.Replace("*", digest, StringComparison.Ordinal), said);
    }

    [Fact]
    public async Task Without_user_and_password_there_is_no_sign_in()
    {
        await using var server = LoopbackSmtp.Start();
        server.Capabilities = [];
        await using var router = Configured(server.Port, ("user", ""), ("password", ""));
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router)).Status);
        await using var none = Configured(server.Port, ("authmechanism", "none"));
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(none)).Status);
        Assert.DoesNotContain(server.Talks.SelectMany(static talk => talk.Commands), static command => command.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TLS_begins_by_STARTTLS_or_at_once_on_port_465_and_presents_the_client_certificate(bool atOnce)
    {
        var client = certificates.Client("client");
        await File.WriteAllTextAsync(Path.Combine(certificates.Folder, "client.crt"), client.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await using var server = LoopbackSmtp.Start(certificate, atOnce);
        var yaml = Yaml(atOnce ? "127.0.0.1:465" : $"127.0.0.1:{server.Port}", ("tls", "true"), ("cacertfile", Authority),
            ("certfile", Path.Combine(certificates.Folder, "client.crt")), ("keyfile", Path.Combine(certificates.Folder, "client.key")));
        await using var router = ConfiguredRouter.Load(yaml, route: _ => new IPEndPoint(IPAddress.Loopback, server.Port));
        var result = await DeliverAsync(router);
        Assert.True(result.Status == DeliveryStatus.Delivered, result.ToString());
        var talk = Assert.Single(server.Talks);
        Assert.Equal("CN=client", talk.ClientName);
        Assert.Equal(!atOnce, talk.Commands.Contains("STARTTLS"));
    }

    [Fact]
    public async Task A_certificate_that_nobody_here_trusts_is_a_retry_that_sends_nothing_unless_it_is_not_checked()
    {
        await using var server = LoopbackSmtp.Start(certificate);
        await using var unknown = Configured(server.Port, ("tls", "true"));
        var refused = await DeliverAsync(unknown);
        Assert.Equal(DeliveryStatus.Retry, refused.Status);
        Assert.Contains("signed by nobody who is trusted here", refused.Reason, StringComparison.Ordinal);

        using var others = new TestCertificates();
        await using var wrong = Configured(server.Port, ("tls", "true"), ("cacertfile", Path.Combine(others.Folder, "ca.crt")));
        Assert.Equal(DeliveryStatus.Retry, (await DeliverAsync(wrong)).Status);

        await using var name = ConfiguredRouter.Load(Yaml("mail.example.com:25", ("tls", "true"), ("cacertfile", Authority)), route: _ => new IPEndPoint(IPAddress.Loopback, server.Port));
        Assert.Contains("its certificate is for another name", (await DeliverAsync(name)).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Talks.SelectMany(static talk => talk.Commands), static command => command.StartsWith("AUTH", StringComparison.Ordinal));

        await using var lenient = Configured(server.Port, ("tls", "true"), ("checkcert", "false"));
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(lenient)).Status);
    }

    [Fact]
    public async Task A_server_without_STARTTLS_gets_neither_password_nor_mail()
    {
        await using var server = LoopbackSmtp.Start();
        await using var router = Configured(server.Port, ("tls", "true"));
        var result = await DeliverAsync(router);
        Assert.Equal(DeliveryStatus.Blocked, result.Status);
        Assert.Equal($"127.0.0.1:{server.Port} does not offer STARTTLS, and without TLS nothing is sent. Look at outputs.tested.tls.", result.Reason);
        Assert.All(server.Talks.Single().Commands, static command => Assert.Matches("^(EHLO|QUIT)", command));
    }

    [Fact]
    public async Task One_connection_carries_all_mails_and_ends_with_QUIT()
    {
        await using var server = LoopbackSmtp.Start();
        await using var router = Configured(server.Port);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router)).Status);
        }

        var talk = Assert.Single(server.Talks);
        Assert.Equal(3, talk.Data.Count);
        await router.Output.DisposeAsync();
        await router.Output.DisposeAsync();
        await UntilAsync(() => talk.IsOver);
        Assert.True(talk.IsQuit);
    }

    [Fact]
    public async Task A_connection_that_the_server_closed_meanwhile_is_a_retry_on_a_new_one()
    {
        await using var server = LoopbackSmtp.Start();
        await using var router = Configured(server.Port);
        await DeliverAsync(router);
        server.Answer = static command => command.StartsWith("MAIL", StringComparison.Ordinal) ? "421 idle for too long" : null;
        var idle = await DeliverAsync(router);
        Assert.Equal(DeliveryStatus.Retry, idle.Status);
        Assert.Contains("(421): idle for too long.", idle.Reason, StringComparison.Ordinal);
        server.Answer = static _ => null;
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router)).Status);
        Assert.Equal(2, server.Talks.Count);
    }

    [Theory]
    [InlineData("greeting")]
    [InlineData("EHLO")]
    [InlineData("AUTH")]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    [InlineData("message")]
    public async Task A_server_that_says_nothing_is_given_up_with_the_attempt(string stage)
    {
        await using var server = LoopbackSmtp.Start();
        server.Answer = command => command.StartsWith(stage, StringComparison.Ordinal) ? "wait" : null;
        await using var router = Configured(server.Port, ("attempttimeout", "10m"));
        using var attempt = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var delivering = router.Output.DeliverAsync([SampleAlerts.Full], attempt.Token).AsTask();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delivering.WaitAsync(Patience, TestContext.Current.CancellationToken));
        server.Answer = static _ => null;
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router)).Status);
    }

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!isTrue())
        {
            await Task.Delay(10, patience.Token);
        }
    }
}
