using System.ComponentModel.DataAnnotations;
using MimeKit;
using Saker.Alerts;
using Saker.Settings;

namespace Saker.Outputs.Mail.Smtp;

/// <summary>Options of the SMTP output.</summary>
internal sealed record SmtpOptions : NetworkOutputOptions
{
    /// <summary>The mail server with its port: <c>mail.example.com:587</c>.</summary>
    [Required, RequestHead]
    public string HostPort { get; init; } = "";

    /// <summary>Encrypts the connection: by STARTTLS, which the server must offer; on port 465 from the first byte. Without it, mails and passwords go in the clear.</summary>
    public bool Tls { get; init; } = true;

    /// <summary>The sender's address, with a name if wanted: <c>Falco &lt;falco@example.com&gt;</c>.</summary>
    [RequestHead]
    public string From { get; init; } = "";

    /// <summary>The recipients' addresses, with commas between them.</summary>
    [RequestHead]
    public string To { get; init; } = "";

    /// <summary>How mails look: html (with the same as text beside it) or text.</summary>
    public string OutputFormat { get; init; } = "html";

    /// <summary>How to sign in: plain, login, cram-md5, oauthbearer, external, anonymous, or none. With plain, login and cram-md5 and neither <c>user</c> nor <c>password</c>, there is no sign-in.</summary>
    public string AuthMechanism { get; init; } = "plain";

    /// <summary>The user to sign in as (plain, login, cram-md5, oauthbearer).</summary>
    [RequestHead]
    public string User { get; init; } = "";

    /// <summary>The password of <c>user</c> (plain, login, cram-md5).</summary>
    public Secret Password { get; init; } = Secret.None;

    /// <summary>The bearer token (oauthbearer).</summary>
    [RequestHead]
    public Secret Token { get; init; } = Secret.None;

    /// <summary>The identity to act as, where it is another than <c>user</c> (plain, external).</summary>
    [RequestHead]
    public string Identity { get; init; } = "";

    /// <summary>What the server may note about who signs in without a name (anonymous), such as a mail address.</summary>
    [RequestHead]
    public string Trace { get; init; } = "";

    /// <summary>Host and port; null when they are not readable.</summary>
    internal (string Host, int Port)? Server
    {
        get
        {
            var colon = HostPort.LastIndexOf(':');
            if (colon <= 0 || !ushort.TryParse(HostPort.AsSpan(colon + 1), out var port) || port == 0)
            {
                return null;
            }

            var host = HostPort[..colon];
            host = host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
            return Uri.CheckHostName(host) == UriHostNameType.Unknown ? null : (host, port);
        }
    }

    /// <summary>The sender; null when it is no address.</summary>
    internal MailboxAddress? Sender => MailboxAddress.TryParse(From, out var sender) ? sender : null;

    /// <summary>The recipients; none when one of them is no address.</summary>
    internal IReadOnlyList<MailboxAddress> Recipients => InternetAddressList.TryParse(To, out var list) ? [.. list.Mailboxes] : [];

    /// <inheritdoc/>
    public override IEnumerable<OptionFault> Validate()
    {
        foreach (var fault in base.Validate())
        {
            yield return fault;
        }

        if (HostPort.Length > 0 && Server is null)
        {
            yield return new("hostport", "This is no host with a port, as in mail.example.com:587.");
        }

        if (Sender is null)
        {
            yield return new("from", From.Length == 0 ? "A mail needs a sender; name an address, as in falco@example.com." : "This is no mail address, as in falco@example.com or Falco <falco@example.com>.");
        }

        if (Recipients.Count == 0)
        {
            yield return new("to", To.Length == 0 ? "A mail needs a recipient; name one address or several, with commas between them." : "This is no list of mail addresses with commas between them.");
        }

        if (Password.Reveal().Contains('\0', StringComparison.Ordinal))
        {
            yield return new("password", "A password has no NUL character.");
        }
    }
}
