using System.Globalization;
using System.Text;
using Saker.Outputs.Testing;
using Saker.Testing;
using static Saker.Outputs.Tests.Smtp.SmtpTestBed;

namespace Saker.Outputs.Tests.Smtp;

/// <summary>What a server's refusals come to.</summary>
public sealed class SmtpRefusals
{
    [Theory]
    [InlineData("greeting", "421 busy", DeliveryStatus.Retry, "")]
    [InlineData("greeting", "554 no service", DeliveryStatus.Blocked, "hostport")]
    [InlineData("AUTH", "535 5.7.8 wrong", DeliveryStatus.Blocked, "password")]
    [InlineData("AUTH", "534 5.7.9 too weak", DeliveryStatus.Blocked, "password")]
    [InlineData("AUTH", "454 4.7.0 later", DeliveryStatus.Retry, "")]
    [InlineData("MAIL", "550 unknown domain", DeliveryStatus.Blocked, "from")]
    [InlineData("MAIL", "530 sign in first", DeliveryStatus.Blocked, "authmechanism")]
    [InlineData("MAIL", "552 too large", DeliveryStatus.Rejected, "")]
    [InlineData("MAIL", "451 later", DeliveryStatus.Retry, "")]
    [InlineData("RCPT", "550 no such user", DeliveryStatus.Blocked, "to")]
    [InlineData("RCPT", "450 grey list", DeliveryStatus.Retry, "")]
    [InlineData("DATA", "451 later", DeliveryStatus.Retry, "")]
    [InlineData("DATA", "554 no valid recipients", DeliveryStatus.Rejected, "")]
    [InlineData("message", "554 looks like spam", DeliveryStatus.Rejected, "")]
    [InlineData("message", "552 too large", DeliveryStatus.Rejected, "")]
    [InlineData("message", "452 disk full", DeliveryStatus.Retry, "")]
    public async Task A_reply_has_its_outcome_its_words_and_its_key(string stage, string reply, DeliveryStatus expected, string key)
    {
        await using var server = LoopbackSmtp.Start();
        server.Answer = command => command.StartsWith(stage, StringComparison.Ordinal) ? reply : null;
        await using var router = Configured(server.Port);
        var result = await DeliverAsync(router);
        Assert.True(expected == result.Status, result.ToString());
        Assert.Contains(reply[4..], result.Reason, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{server.Port}", result.Reason, StringComparison.Ordinal);
        Assert.Equal(key.Length > 0, result.Reason.EndsWith($". Look at outputs.tested.{key}.", StringComparison.Ordinal));
        server.Answer = static _ => null;
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router)).Status);
    }

    [Theory]
    [InlineData("greeting")]
    [InlineData("EHLO")]
    [InlineData("AUTH")]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    [InlineData("message")]
    public async Task A_connection_that_breaks_off_or_speaks_no_SMTP_is_a_retry(string stage)
    {
        foreach (var reply in new[] { "", "HTTP/1.1 400 Bad Request" })
        {
            await using var server = LoopbackSmtp.Start();
            server.Answer = command => command.StartsWith(stage, StringComparison.Ordinal) ? reply : null;
            await using var router = Configured(server.Port);
            var result = await DeliverAsync(router);
            Assert.True(result.Status == DeliveryStatus.Retry, result.ToString());
            Assert.StartsWith($"127.0.0.1:{server.Port} broke the connection off", result.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Who_cannot_be_reached_is_a_retry_that_says_why()
    {
        await using var closed = Configured(LoopbackServer.ClosedPort());
        var refused = await DeliverAsync(closed);
        Assert.Equal(DeliveryStatus.Retry, refused.Status);
        Assert.EndsWith("was refused: nobody listens there.", refused.Reason, StringComparison.Ordinal);
        await using var nowhere = ConfiguredRouter.Load(Yaml("no-such-host.invalid:25"));
        Assert.StartsWith("The name of no-such-host.invalid:25", (await DeliverAsync(nowhere)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_others_get_the_mail_when_a_recipient_is_refused_and_the_refusal_is_told()
    {
        await using var server = LoopbackSmtp.Start();
        server.Answer = static command => command.StartsWith("RCPT TO:<bad", StringComparison.Ordinal) ? "550 no such user" : null;
        await using var router = Configured(server.Port, ("to", "a@example.com,bad@example.com,c@example.com"));
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router)).Status);
        Assert.Single(server.Mails);
        Assert.Equal($"outputs.tested.to: 127.0.0.1:{server.Port} does not take mail for bad@example.com (550): no such user.", Assert.Single(router.Failures));
    }

    [Theory]
    [InlineData("250 fine", 0)]
    [InlineData("550 gone", 1)]
    public async Task A_recipient_that_is_refused_for_the_moment_gets_the_mail_later_and_the_others_not_again(string later, int told)
    {
        await using var server = LoopbackSmtp.Start();
        server.Answer = static command => command.StartsWith("RCPT TO:<slow", StringComparison.Ordinal) ? "450 grey list" : null;
        await using var router = Configured(server.Port, ("to", "a@example.com, slow@example.com"));
        var first = await DeliverAsync(router);
        Assert.Equal(DeliveryStatus.Retry, first.Status);
        Assert.Contains("slow@example.com (450): grey list.", first.Reason, StringComparison.Ordinal);

        server.Answer = command => command.StartsWith("RCPT TO:<slow", StringComparison.Ordinal) ? later : null;
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router)).Status);
        var recipients = server.Talks.SelectMany(static talk => talk.Commands).Where(static command => command.StartsWith("RCPT", StringComparison.Ordinal));
        Assert.Equal(["RCPT TO:<a@example.com>", "RCPT TO:<slow@example.com>", "RCPT TO:<slow@example.com>"], recipients);
        Assert.Equal(told, router.Failures.Count);

        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router, SampleAlerts.Full with { Uuid = Guid.NewGuid() })).Status); // another alert goes to all
        Assert.Equal(5, recipients.Count());
    }

    [Fact]
    public async Task A_sign_in_that_is_not_offered_sends_nothing()
    {
        await using var server = LoopbackSmtp.Start();
        server.Capabilities = ["AUTH PLAIN LOGIN"];
        await using var router = Configured(server.Port, ("authmechanism", "cram-md5"));
        var result = await DeliverAsync(router);
        Assert.Equal(DeliveryStatus.Blocked, result.Status);
        Assert.Contains("it offers LOGIN, PLAIN, not CRAM-MD5", result.Reason, StringComparison.Ordinal);
        Assert.EndsWith("Look at outputs.tested.authmechanism.", result.Reason, StringComparison.Ordinal);
        Assert.Empty(server.Mails);
    }

    [Fact]
    public async Task An_unknown_sign_in_sends_nothing_under_strict_compatibility_either()
    {
        await using var server = LoopbackSmtp.Start();
        var yaml = Yaml($"127.0.0.1:{server.Port}", ("authmechanism", "scram")).Replace("strictcompatibility: false", "strictcompatibility: true", StringComparison.Ordinal);
        await using var router = ConfiguredRouter.Load(yaml);
        Assert.Equal("There is no sign-in 'scram'. Look at outputs.tested.authmechanism.", (await DeliverAsync(router)).Reason);
        Assert.Empty(server.Talks);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("login")]
    [InlineData("cram-md5")]
    [InlineData("oauthbearer")]
    public async Task No_secret_comes_back_in_a_reason_though_the_server_repeats_it(string mechanism)
    {
        var plain = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0user\0{Password}"));
        foreach (var stage in new[] { "greeting", "EHLO", "AUTH", "signed", "MAIL", "RCPT", "message" })
        {
            await using var server = LoopbackSmtp.Start();
            server.Answer = command => command.StartsWith(stage, StringComparison.Ordinal)
                ? $"554 you said {command} {Password} {Convert.ToBase64String(Encoding.UTF8.GetBytes(Password))} {plain} t0ken-of-mine"
                : null;
            await using var router = Configured(server.Port, ("authmechanism", mechanism), ("token", "t0ken-of-mine"));
            var result = await DeliverAsync(router);
            Assert.NotEqual(DeliveryStatus.Delivered, result.Status);
            var bearer = server.Talks.Single().Commands.Find(static command => command.StartsWith("AUTH OAUTHBEARER", StringComparison.Ordinal))?[17..] ?? "none at all";
            foreach (var secret in new[] { Password, Convert.ToBase64String(Encoding.UTF8.GetBytes(Password)), plain, "t0ken-of-mine", bearer })
            {
                Assert.DoesNotContain(secret, string.Create(CultureInfo.InvariantCulture, $"{result} {router.Output}"), StringComparison.Ordinal);
            }
        }
    }
}
