using System.Text;
using System.Text.Json.Nodes;
using MimeKit;
using Saker.Outputs.Tests.Recorded;
using Saker.Testing;

namespace Saker.Outputs.Tests.Smtp;

/// <summary>What Falcosidekick mailed for every recorded alert, against what we mail under <c>strictcompatibility</c>: bodies byte for byte, headers by what they say.</summary>
public sealed class SmtpRecorded(ITestOutputHelper output)
{
    // Where Falcosidekick fails and this output does not, also under strict compatibility.
    private static readonly Dictionary<string, string> NotCopied = new(StringComparer.Ordinal)
    {
        ["auth-cram-md5"] = "it knows no CRAM-MD5 and sends nothing; this output signs in",
        ["auth-login"] = "it knows no LOGIN and sends nothing; this output signs in",
        ["auth-empty"] = "it crashes without a mechanism; this output takes the default",
        ["auth-not-offered"] = "it sends without a sign-in in spite of a password; this output is blocked",
    };

    public static TheoryData<string> Variants => RecordedVariant.Of("smtp");

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Mails_are_those_that_were_recorded(string variant)
    {
        var lines = RecordedData.Lines("sidekick", "outputs", "smtp", variant + ".jsonl");
        var header = JsonNode.Parse(lines[0])!;
        using var certificates = new TestCertificates();
        using var certificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPemFile(
            Path.Combine(certificates.Folder, "server.crt"), Path.Combine(certificates.Folder, "server.key"));
        await using var server = LoopbackSmtp.Start(variant == "starttls" ? certificate : null);
        if (variant is "auth-not-offered" or "starttls")
        {
            server.Capabilities = variant == "starttls" ? ["AUTH PLAIN", "SIZE"] : ["SIZE"];
        }

        var yaml = header["config"]!.GetValue<string>().Replace("HOST:PORT", $"127.0.0.1:{server.Port}", StringComparison.Ordinal)
            .Replace("  Akey:", "  akey:", StringComparison.Ordinal).Replace("  \"env.name\": prod\n", "", StringComparison.Ordinal); // the configuration's concern
        yaml += variant == "starttls" ? $"tlsclient:\n  cacertfile: {certificates.Folder}/ca.crt\n" : "";
        await using var router = ConfiguredRouter.Load("strictcompatibility: true\n" + yaml);

        var wrong = new List<string>();
        foreach (var line in lines.Skip(1))
        {
            var record = JsonNode.Parse(line)!;
            var name = record["alert"]!.GetValue<string>();
            var result = (await router.Output.DeliverAsync([router.Enrich(RecordedCase.Named(name))], TestContext.Current.CancellationToken))[0];
            if (NotCopied.TryGetValue(variant, out var reason))
            {
                output.WriteLine($"{variant}: {reason}.");
                Assert.True(result.Status == (variant == "auth-not-offered" ? DeliveryStatus.Blocked : DeliveryStatus.Delivered), result.ToString());
                continue;
            }

            Assert.True(result.Status == DeliveryStatus.Delivered, result.ToString());
            var message = Assert.Single(record["messages"]!.AsArray())!;
            var expected = Render(message["data"]!.GetValue<string>(), SignIn(message["commands"]!.AsArray().Select(static c => c!.GetValue<string>()), server.Port));
            var talk = Assert.Single(server.Talks); // the connection is kept
            var actual = Render(talk.Data[^1], SignIn(talk.Commands, server.Port));
            if (expected != actual)
            {
                wrong.Add($"{name}\n  expected {expected}\n  actual   {actual}");
            }
        }

        var compared = NotCopied.ContainsKey(variant) ? 0 : lines.Length - 1;
        RecordedTally.Note(output, "smtp", variant, compared - wrong.Count, compared, lines.Length - 1 - compared);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(3)));
    }

    // The commands up to the first mail, without what a client may choose: SIZE, the body's kind, a name beside the sender's address.
    private static string SignIn(IEnumerable<string> commands, int port)
    {
        var said = commands.TakeWhile(static command => command != "DATA").Where(static command => !command.StartsWith("(TLS", StringComparison.Ordinal)).Select(command =>
            command.StartsWith("MAIL FROM", StringComparison.Ordinal) ? "MAIL FROM:<" + command.Split('<')[^1].Split('>')[0] + ">"
            : command.StartsWith("AUTH OAUTHBEARER ", StringComparison.Ordinal)
                ? Encoding.UTF8.GetString(Convert.FromBase64String(command[17..])).Replace("port=23170", $"port={port}", StringComparison.Ordinal)
            : command);
        return string.Join('\n', said);
    }

    private static string Render(string data, string commands)
    {
        var end = data.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var head = data[..end];

        // Line breaks of the alert stand in the recorded subject, and make what follows a line of its own.
        var subject = head[(head.IndexOf("Subject: ", StringComparison.Ordinal) + 9)..];
        subject = subject[..subject.IndexOf("\r\nFrom: ", StringComparison.Ordinal)];
        var plain = head.Replace("Subject: " + subject, "", StringComparison.Ordinal).Trim();
        using var message = MimeMessage.Load(new MemoryStream(Encoding.UTF8.GetBytes(plain + "\r\n\r\nx")));
        var text = MimeKit.Utils.Rfc2047.DecodeText(Encoding.UTF8.GetBytes(subject.Replace("\r\n ", " ", StringComparison.Ordinal).Replace("\r\n", " ", StringComparison.Ordinal)));
        text = string.Concat(text.Select(static unit => char.IsControl(unit) ? ' ' : unit)).TrimEnd();
        var body = message.Body!.ContentType;
        return $"{commands}\n{text}\n{message.From}\n{message.To}\n{message.Headers[HeaderId.Date]}\n{body.MimeType} {body.Boundary} {body.Charset}\n{data[(end + 4)..]}";
    }
}
