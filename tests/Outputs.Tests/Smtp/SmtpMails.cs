using System.Text;
using MimeKit;
using Saker.Alerts;
using Saker.Outputs.Mail.Smtp;
using Saker.Outputs.Rendering;
using Saker.Outputs.Testing;
using static Saker.Outputs.Tests.Smtp.SmtpTestBed;

namespace Saker.Outputs.Tests.Smtp;

/// <summary>The mails of our own mode, as a server gets them and as a reader sees them.</summary>
public sealed class SmtpMails
{
    // Octets of a line without its end: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.6
    private const int MaxLine = 998;

    [Theory]
    [InlineData("html", true)]
    [InlineData("text", true)]
    [InlineData("html", false)]
    public async Task Every_alert_is_a_mail_by_the_rules_and_says_what_the_alert_says(string format, bool takesEightBits)
    {
        await using var server = LoopbackSmtp.Start();
        server.Capabilities = takesEightBits ? ["AUTH PLAIN", "8BITMIME", "PIPELINING"] : ["AUTH PLAIN"];
        await using var router = Configured(server.Port, ("outputformat", format));
        foreach (var (name, alert) in SampleAlerts.All)
        {
            Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router, alert)).Status);
            var data = server.Mails.Single().Data[^1];
            Assert.All(data.Split("\r\n"), line => Assert.InRange(Encoding.UTF8.GetByteCount(line), 0, MaxLine));
            Assert.DoesNotContain(data.Replace("\r\n", "", StringComparison.Ordinal), static unit => char.IsControl(unit) && unit != '\t');
            Assert.All(data[..data.IndexOf("\r\n\r\n", StringComparison.Ordinal)], static unit => Assert.True(char.IsAscii(unit)));
            if (!takesEightBits)
            {
                Assert.All(data, static unit => Assert.True(char.IsAscii(unit)));
            }

            using var mail = LoopbackSmtp.Read(data);
            Assert.Equal("falco@example.com", mail.From.Mailboxes.Single().Address);
            Assert.Equal(format == "html", mail.HtmlBody is not null);
            var text = mail.TextBody!.ReplaceLineEndings("\n");
            Assert.Contains($"Rule: {alert.Rule}\n", text, StringComparison.Ordinal);
            foreach (var (field, value) in alert.OutputFields)
            {
                Assert.Contains($"\n{field}: {value}\n", text, StringComparison.Ordinal);
            }

            if (name is "full" or "minimal" or "numbers-and-null" or "quotes-and-newlines" && takesEightBits)
            {
                Golden.Check("Smtp", $"{name}-{format}", $"Subject: {mail.Subject}\nDate: {mail.Headers[HeaderId.Date]}\nMessage-ID: {mail.MessageId}\n\n{text}{mail.HtmlBody?.ReplaceLineEndings("\n")}");
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_alert_adds_a_header_a_recipient_or_a_second_mail(bool strict)
    {
        await using var server = LoopbackSmtp.Start();
        var yaml = Yaml($"127.0.0.1:{server.Port}");
        await using var router = ConfiguredRouter.Load(strict ? yaml.Replace("strictcompatibility: false", "strictcompatibility: true", StringComparison.Ordinal) : yaml);
        foreach (var evil in new[] { "x\r\nBcc: evil@example.com", "x\nBcc: evil@example.com", "x\r\n\r\nbody", "x\n.\nMAIL FROM:<evil@example.com>", "x\r.\rQUIT", ".\r\n.\r\nRCPT TO:<evil@example.com>\r\n", "\0\u001b[31m" })
        {
            Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router, SampleAlerts.Full with { Output = evil, Rule = evil, OutputFields = AlertFields.From([new("a", FieldValue.Text(evil))]) })).Status);
            using var mail = LoopbackSmtp.Read(server.Mails.Single().Data[^1]);
            Assert.Empty(mail.Bcc);
            Assert.DoesNotContain(mail.Subject!, char.IsControl);
            Assert.StartsWith("[Warning] ", mail.Subject, StringComparison.Ordinal);
        }

        var commands = server.Talks.Single().Commands;
        Assert.Equal(7, commands.Count(static command => command.StartsWith("MAIL FROM:<falco@example.com>", StringComparison.Ordinal)));
        Assert.Equal(7, commands.Count(static command => command.StartsWith("RCPT TO:<a@example.com>", StringComparison.Ordinal)));
        Assert.DoesNotContain(commands, static command => command.Contains("evil", StringComparison.Ordinal) || command == "QUIT");
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void The_subject_is_cut_after_the_characters_of_a_line_and_the_body_is_not(int over, bool isCut)
    {
        var alert = SampleAlerts.Full with { Output = new string('é', SmtpMessage.MaxSubjectCharacters - "[Warning] ".Length + over) };
        using var mail = SmtpMessage.From(AlertView.For(alert, strict: false), Options());
        Assert.Equal(isCut, mail.Subject!.EndsWith('…'));
        Assert.Equal(SmtpMessage.MaxSubjectCharacters, mail.Subject.Length);
        Assert.Contains(alert.Output, mail.TextBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0L, 0, "Thu, 01 Jan 1970 00:00:00 +0000")]
    [InlineData(1_795_461_488L, 7 * 60, "Tue, 24 Nov 2026 02:18:08 +0700")]
    [InlineData(1_795_461_488L, -(23 * 60 + 59), "Sun, 22 Nov 2026 19:19:08 -2359")]
    [InlineData(-62_167_219_200L, 0, "Sat, 01 Jan 0000 00:00:00 +0000")]
    public void The_date_is_the_alert_s_whatever_it_is(long seconds, int offset, string expected)
    {
        using var mail = SmtpMessage.From(AlertView.For(SampleAlerts.Full with { Time = new AlertTime(seconds, 0, offset) }, strict: false), Options());
        Assert.Equal(expected, mail.Headers[HeaderId.Date]);
    }

    [Fact]
    public void The_message_id_is_the_alert_s_at_every_attempt()
    {
        var options = Options() with { From = "Falco <falco@bücher.example>" };
        using var first = SmtpMessage.From(AlertView.For(SampleAlerts.Full, strict: false), options);
        using var second = SmtpMessage.From(AlertView.For(SampleAlerts.Full, strict: true), options);
        Assert.Equal($"{SampleAlerts.Full.Uuid}@xn--bcher-kva.example", first.MessageId);
        Assert.Equal(first.MessageId, second.MessageId);
    }

    [Fact]
    public async Task Addresses_that_are_not_ascii_go_where_the_server_takes_them()
    {
        await using var server = LoopbackSmtp.Start();
        await using var router = Configured(server.Port, ("to", "Jörg <jörg@bücher.example>, b@bücher.example"));
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(router)).Status);
        Assert.Contains("RCPT TO:<jörg@bücher.example>", server.Talks.Single().Commands);

        server.Capabilities = ["AUTH PLAIN"];
        await using var without = Configured(server.Port, ("to", "jörg@bücher.example"));
        var refused = await DeliverAsync(without);
        Assert.Equal(DeliveryStatus.Blocked, refused.Status);
        Assert.EndsWith("does not take addresses that are not ASCII. Look at outputs.tested.to.", refused.Reason, StringComparison.Ordinal);

        await using var domain = Configured(server.Port, ("to", "b@bücher.example"));
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync(domain)).Status);
        Assert.Contains("RCPT TO:<b@xn--bcher-kva.example>", server.Talks.Last().Commands);
    }

    [Theory]
    [InlineData("hostport", "mail.example.com")]
    [InlineData("hostport", "mail.example.com:0")]
    [InlineData("hostport", "a b:25")]
    [InlineData("from", "")]
    [InlineData("from", "no address at all <")]
    [InlineData("to", "")]
    [InlineData("to", "a@example.com, <")]
    [InlineData("outputformat", "xml")]
    [InlineData("authmechanism", "scram")]
    [InlineData("certfile", "/nowhere.crt")]
    public void What_cannot_work_is_a_fault_that_names_the_key(string key, string value)
    {
        var faults = ConfiguredRouter.Load(Yaml("127.0.0.1:25", (key, value))).Faults;
        Assert.Contains(faults, fault => fault.Contains($"outputs.tested.{key}", StringComparison.Ordinal));
    }

    private static SmtpOptions Options() => new() { HostPort = "127.0.0.1:25", From = "falco@example.com", To = "a@example.com" };
}
