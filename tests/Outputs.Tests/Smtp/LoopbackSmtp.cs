using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MimeKit;

namespace Saker.Outputs.Tests.Smtp;

/// <summary>A mail server on 127.0.0.1 that notes what it is told and answers as a test wants.</summary>
internal sealed class LoopbackSmtp : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentBag<Task> talks = [];
    private readonly Task accepting;

    private LoopbackSmtp()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>What it offers after EHLO.</summary>
    public IReadOnlyList<string> Capabilities { get; set; } = ["AUTH PLAIN LOGIN OAUTHBEARER ANONYMOUS EXTERNAL CRAM-MD5", "8BITMIME", "SMTPUTF8", "SIZE"];

    /// <summary>Offers STARTTLS with this certificate.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Speaks TLS from the first byte.</summary>
    public bool IsTlsFromStart { get; init; }

    /// <summary>The reply to a command (or to <c>greeting</c> and <c>message</c>); null for the usual one, "" breaks the connection off, "wait" says nothing.</summary>
    public Func<string, string?> Answer { get; set; } = static _ => null;

    public ConcurrentQueue<SmtpTalk> Talks { get; } = [];

    public IEnumerable<SmtpTalk> Mails => Talks.Where(static talk => talk.Data.Count > 0);

    /// <summary>A mail as its reader gets it.</summary>
    public static MimeMessage Read(string data)
    {
        var lines = data.Split("\r\n").Select(static line => line.StartsWith('.') ? line[1..] : line);
        return MimeMessage.Load(new MemoryStream(Encoding.UTF8.GetBytes(string.Join("\r\n", lines))));
    }

    public static LoopbackSmtp Start(X509Certificate2? certificate = null, bool tlsFromStart = false) => new() { Certificate = certificate, IsTlsFromStart = tlsFromStart };

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await accepting; // before the listener goes: to accept from one that is gone is a fault of its own
        await Task.WhenAll(talks);
        stopping.Dispose();
        listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var tcp = await listener.AcceptTcpClientAsync(stopping.Token);
                talks.Add(TalkAsync(tcp));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task TalkAsync(TcpClient tcp)
    {
        var talk = new SmtpTalk();
        Talks.Enqueue(talk);
        using (tcp)
        {
            try
            {
                await using Stream plain = tcp.GetStream();
                var stream = plain;
                if (IsTlsFromStart)
                {
                    stream = await SecureAsync(plain, talk);
                }

                if (!await ReplyAsync(stream, Answer("greeting") ?? "220 loopback ESMTP"))
                {
                    return;
                }

                while (await LineAsync(stream) is { } command)
                {
                    talk.Commands.Add(command);
                    if (command == "STARTTLS" && Certificate is not null && Answer(command) is null)
                    {
                        await ReplyAsync(stream, "220 go ahead");
                        stream = await SecureAsync(plain, talk);
                        continue;
                    }

                    if (!await AnswerAsync(stream, command, talk))
                    {
                        return;
                    }

                    if (command == "QUIT")
                    {
                        talk.IsQuit = true;
                        return;
                    }
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                talk.Failure = exception;
            }
            finally
            {
                talk.IsOver = true;
            }
        }
    }

    private async Task<Stream> SecureAsync(Stream plain, SmtpTalk talk)
    {
        var tls = new SslStream(plain, leaveInnerStreamOpen: true);
#pragma warning disable CA5359 // whatever a client presents is noted
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = Certificate, ClientCertificateRequired = true, RemoteCertificateValidationCallback = static (_, _, _, _) => true }, stopping.Token);
#pragma warning restore CA5359
        talk.ClientName = tls.RemoteCertificate?.Subject;
        return tls;
    }

    private async Task<bool> AnswerAsync(Stream stream, string command, SmtpTalk talk)
    {
        if (Answer(command) is { } special)
        {
            return await ReplyAsync(stream, special);
        }

        var verb = command.Split(' ')[0].ToUpperInvariant();
        switch (verb)
        {
            case "EHLO":
                var offers = Certificate is null || IsTlsFromStart || stream is SslStream ? Capabilities : [.. Capabilities, "STARTTLS"];
                string[] lines = ["loopback", .. offers];
                return await ReplyAsync(stream, string.Join("\r\n", lines.Select((line, i) => $"250{(i == lines.Length - 1 ? ' ' : '-')}{line}")));
            case "AUTH":
                return await SignInAsync(stream, command, talk);
            case "DATA":
                await ReplyAsync(stream, "354 go ahead");
                var data = new StringBuilder();
                while (await LineAsync(stream) is { } line && line != ".")
                {
                    data.Append(line).Append("\r\n");
                }

                talk.Data.Add(data.ToString());
                var verdict = Answer("message");
                if (verdict is null)
                {
                    talk.Taken.Enqueue(data.ToString());
                }

                return await ReplyAsync(stream, verdict ?? "250 taken");
            default:
                return await ReplyAsync(stream, verb is "QUIT" ? "221 bye" : "250 fine");
        }
    }

    private async Task<bool> SignInAsync(Stream stream, string command, SmtpTalk talk)
    {
        string[] questions = command switch
        {
            "AUTH LOGIN" => ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"],
            "AUTH CRAM-MD5" => ["PDEyMy40NTZAbG9vcGJhY2s+"], // <123.456@loopback>
            _ => [],
        };
        foreach (var question in questions)
        {
            await ReplyAsync(stream, $"334 {question}");
            talk.Commands.Add(Encoding.UTF8.GetString(Convert.FromBase64String(await LineAsync(stream) ?? "")));
        }

        return await ReplyAsync(stream, Answer("signed") ?? "235 welcome");
    }

    private async Task<bool> ReplyAsync(Stream stream, string reply)
    {
        if (reply == "wait")
        {
            await Task.Delay(Timeout.Infinite, stopping.Token);
        }

        if (reply.Length == 0)
        {
            return false;
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(reply + "\r\n"), stopping.Token);
        await stream.FlushAsync(stopping.Token);
        return true;
    }

    private async Task<string?> LineAsync(Stream stream)
    {
        var line = new MemoryStream();
        var one = new byte[1];
        while (await stream.ReadAsync(one, stopping.Token) == 1)
        {
            if (one[0] == '\n' && line.Length > 0 && line.GetBuffer()[line.Length - 1] == '\r')
            {
                return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length - 1);
            }

            line.WriteByte(one[0]);
        }

        return null;
    }
}

/// <summary>What one connection brought.</summary>
internal sealed class SmtpTalk
{
    public List<string> Commands { get; } = [];

    /// <summary>The mails, with stuffed dots, as they came between DATA and the dot.</summary>
    public List<string> Data { get; } = [];

    /// <summary>Those of them that the server took.</summary>
    public ConcurrentQueue<string> Taken { get; } = [];

    public string? ClientName { get; set; }

    public bool IsQuit { get; set; }

    public bool IsOver { get; set; }

    public Exception? Failure { get; set; }
}
