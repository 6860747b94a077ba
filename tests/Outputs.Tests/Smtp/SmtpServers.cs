using System.Globalization;
using System.Text;
using MimeKit;
using Saker.Outputs.Testing;
using Saker.Testing;
using static Saker.Outputs.Tests.Smtp.SmtpTestBed;

namespace Saker.Outputs.Tests.Smtp;

/// <summary>Mail servers that others wrote.</summary>
public sealed class SmtpServers : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private const string OpenSmtpd = "/usr/sbin/smtpd";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("saker-mail-");
    private readonly int port = LoopbackServer.ClosedPort();

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Aiosmtpd_takes_mails_by_STARTTLS_and_every_sign_in_that_it_has_and_refuses_a_wrong_password()
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/aiosmtpd"), "aiosmtpd is not installed (apt-get install python3-aiosmtpd).");
        using var certificates = new TestCertificates();
        var script = Path.Combine(folder.FullName, "server.py");
        await File.WriteAllTextAsync(script, """
            import ssl, sys, time
            from aiosmtpd.controller import Controller
            from aiosmtpd.smtp import AuthResult
            folder, certificates, port, password = sys.argv[1:]
            class Handler:
                count = 0
                async def handle_DATA(self, server, session, envelope):
                    Handler.count += 1
                    open(f"{folder}/{Handler.count:03}.eml", "wb").write(envelope.original_content)
                    return "250 OK"
            def check(server, session, envelope, mechanism, data):
                return AuthResult(success=data.login == b"user" and data.password == password.encode(), handled=False)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(f"{certificates}/server.crt", f"{certificates}/server.key")
            Controller(Handler(), hostname="127.0.0.1", port=int(port), tls_context=context, authenticator=check, auth_required=True, auth_require_tls=True).start()
            print("ready", flush=True)
            time.sleep(600)
            """, TestContext.Current.CancellationToken);
        await using var server = ProcessRunner.Start(Python, [script, folder.FullName, certificates.Folder, port.ToString(CultureInfo.InvariantCulture), Password]);
        await server.WaitForLineAsync("ready", Patience);
        (string, string)[] tls = [("tls", "true"), ("cacertfile", Path.Combine(certificates.Folder, "ca.crt"))];
        foreach (var mechanism in new[] { "plain", "login" })
        {
            await using var router = Configured(port, [.. tls, ("authmechanism", mechanism)]);
            foreach (var (_, alert) in SampleAlerts.All)
            {
                var result = await DeliverAsync(router, alert);
                Assert.True(result.Status == DeliveryStatus.Delivered, result.ToString());
            }
        }

        var mails = Directory.GetFiles(folder.FullName, "*.eml");
        Assert.Equal(2 * SampleAlerts.All.Count, mails.Length);
        using var first = await MimeMessage.LoadAsync(Path.Combine(folder.FullName, "001.eml"), TestContext.Current.CancellationToken);
        Assert.Contains("Rule: " + SampleAlerts.All[0].Alert.Rule, first.TextBody, StringComparison.Ordinal);

        await using var wrong = Configured(port, [.. tls, ("password", "wr0ng-s3cret")]);
        var refused = await DeliverAsync(wrong);
        Assert.Equal(DeliveryStatus.Blocked, refused.Status);
        Assert.EndsWith("Look at outputs.tested.password.", refused.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng-s3cret", refused.Reason, StringComparison.Ordinal);
        await using var open = Configured(port, [.. tls, ("authmechanism", "none")]);
        Assert.EndsWith("Look at outputs.tested.authmechanism.", (await DeliverAsync(open)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenSMTPD_takes_mails_into_its_box()
    {
        Assert.SkipUnless(File.Exists(OpenSmtpd) && Environment.IsPrivilegedProcess && !File.Exists("/run/smtpd.sock"), "OpenSMTPD is not installed (apt-get install opensmtpd), runs already, or this is not root.");
        var box = Directory.CreateDirectory(Path.Combine(folder.FullName, "box"));
        await RunAsync("chmod", "o+rx", folder.FullName);
        await RunAsync("chown", "nobody", box.FullName);

        var configuration = Path.Combine(folder.FullName, "smtpd.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            table vu { "@" = "nobody" }
            listen on 127.0.0.1 port {{port}}
            action "box" maildir "{{box.FullName}}" virtual <vu>
            match from any for any action "box"

            """, TestContext.Current.CancellationToken);
        await using var server = ProcessRunner.Start(OpenSmtpd, ["-d", "-f", configuration]);
        await using var router = Configured(port, ("user", ""), ("password", ""));
        var result = await UntilAsync(async () => await DeliverAsync(router), static result => result.Status == DeliveryStatus.Delivered);
        Assert.True(result.Status == DeliveryStatus.Delivered, $"{result} {string.Join('\n', server.Lines)}");
        // A mail is written elsewhere and moved here when it is whole.
        var arrived = Path.Combine(box.FullName, "new");
        var mails = await UntilAsync(() => Task.FromResult(Directory.Exists(arrived) ? Directory.GetFiles(arrived) : []), static mails => mails.Length > 0);
        Assert.Contains($"Message-Id: <{SampleAlerts.Full.Uuid}@example.com>", await File.ReadAllTextAsync(Assert.Single(mails), Encoding.Latin1, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }

    private static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Predicate<T> isRight)
    {
        var answer = await ask();
        for (var i = 0; i < 600 && !isRight(answer); i++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            answer = await ask();
        }

        return answer;
    }
}
