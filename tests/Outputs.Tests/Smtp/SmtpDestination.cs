using System.Net;
using System.Text;
using Saker.Outputs.Testing;

namespace Saker.Outputs.Tests.Smtp;

/// <summary>The mail server on 127.0.0.1 as the contract wants it: with a sign-in that it checks, and a reader who opens the mails.</summary>
internal sealed class SmtpDestination : IServerDestination
{
    private static readonly string[] Verbs = ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "QUIT"];
    private static readonly string[] Headers = ["Subject", "From", "To", "Date", "Message-Id", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];

    private readonly LoopbackSmtp server = LoopbackSmtp.Start();
    private volatile Treatment treatment = new(ServerMood.Healthy, "");

    public SmtpDestination() => server.Answer = Answer;

    public IPEndPoint Address => new(IPAddress.Loopback, server.Port);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    public Task<string> SetMoodAsync(ServerMood mood, string words)
    {
        treatment = new Treatment(mood, words);
        return Task.FromResult(words);
    }

    public Task<IReadOnlyList<string>> ArrivedAsync() => Task.FromResult<IReadOnlyList<string>>([.. Taken.Select(static data =>
    {
        using var mail = LoopbackSmtp.Read(data);
        return $"{mail.Subject}\n{mail.TextBody}\n{mail.HtmlBody}";
    })]);

    public Task<int> TriesAsync() => Task.FromResult(server.Talks.SelectMany(static talk => talk.Commands).Count(static command => command.StartsWith("MAIL", StringComparison.Ordinal)));

    public Task<IReadOnlyList<string>> FaultsAsync()
    {
        var faults = server.Talks.SelectMany(static talk => talk.Commands).Where(static command => !Verbs.Contains(command.Split(' ')[0])).Select(static command => $"command {command}").ToList();
        foreach (var data in Taken)
        {
            using var mail = LoopbackSmtp.Read(data);
            faults.AddRange(mail.Headers.Select(static header => header.Field).Where(static field => !Headers.Contains(field, StringComparer.OrdinalIgnoreCase)).Select(static field => $"header {field}"));
            faults.AddRange(mail.GetRecipients().Where(static to => to.Address != "team@example.com").Select(static to => $"recipient {to}"));
        }

        return Task.FromResult<IReadOnlyList<string>>(faults);
    }

    private IEnumerable<string> Taken => server.Talks.SelectMany(static talk => talk.Taken.ToArray());

    private string? Answer(string command)
    {
        var (mood, words) = treatment;
        if (command.StartsWith("AUTH ", StringComparison.Ordinal))
        {
            var said = Encoding.UTF8.GetString(Convert.FromBase64String(command.Split(' ')[^1]));
            var isRight = said == $"\0user\0{PlantedSecrets.Of("password")}" || said.Contains($"auth=Bearer {PlantedSecrets.Of("token")}\u0001", StringComparison.Ordinal);
            return mood == ServerMood.DeniesSignIn || !isRight ? $"535 5.7.8 {words} {command}" : "235 welcome";
        }

        return (command, mood) switch
        {
            ("message", ServerMood.NotNow) => $"452 {words}",
            ("message", ServerMood.RefusesForGood) => $"554 {words}",
            _ => null,
        };
    }

    private sealed record Treatment(ServerMood Mood, string Words);
}
