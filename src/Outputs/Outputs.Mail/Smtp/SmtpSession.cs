using System.Net.Security;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Saker.Outputs.Transports;
using SmtpClient = MailKit.Net.Smtp.SmtpClient;

namespace Saker.Outputs.Mail.Smtp;

/// <summary>A connection to the mail server, signed in, for one mail at a time.</summary>
internal sealed class SmtpSession : IAsyncDisposable
{
    private const int PortWithTls = 465;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly Client client;
    private bool isBetweenMails;

    private SmtpSession(Client client) => this.client = client;

    /// <summary>Opens a connection and signs in.</summary>
    public static async ValueTask<SmtpSession> OpenAsync(SmtpOptions options, OutputContext context, CancellationToken cancellationToken)
    {
        var (host, port) = options.Server!.Value;
        var client = new Client(context);
        try
        {
            var stream = await context.Transports.ConnectAsync(host, port, cancellationToken);
            var security = !options.Tls ? SecureSocketOptions.None : port == PortWithTls ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls;
            await client.ConnectAsync(stream, host, port, security, cancellationToken);
            if (SmtpSignIn.IsWanted(options))
            {
                var mechanism = SmtpSignIn.Create(options)!;
                if (!client.AuthenticationMechanisms.Contains(mechanism.MechanismName))
                {
                    throw new MechanismNotOfferedException(mechanism.MechanismName, [.. client.AuthenticationMechanisms.Order(StringComparer.Ordinal)]);
                }

                await client.AuthenticateAsync(mechanism, cancellationToken);
            }

            return new SmtpSession(client) { isBetweenMails = true };
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Sends a mail to those recipients that the server takes; gives what it said about the others.</summary>
    /// <exception cref="SmtpCommandException">The server takes none of the recipients, the sender or the mail.</exception>
    public async ValueTask<IReadOnlyList<RefusedRecipient>> SendAsync(MimeMessage message, MailboxAddress sender, IReadOnlyList<MailboxAddress> recipients, CancellationToken cancellationToken)
    {
        isBetweenMails = false;
        client.Refused.Clear();
        var format = FormatOptions.Default.Clone();
        format.International = recipients.Append(sender).Any(static address => address.LocalPart.Any(static unit => !char.IsAscii(unit)));
        if (format.International && !client.Capabilities.HasFlag(SmtpCapabilities.UTF8))
        {
            throw new NotSupportedException("The server lacks SMTPUTF8."); // MailKit would send an address that is another
        }

        try
        {
            await client.SendAsync(format, message, sender, recipients, cancellationToken);
        }
        catch (SmtpCommandException refusal) when (refusal.ErrorCode == SmtpErrorCode.UnexpectedStatusCode)
        {
            throw new SmtpCommandException(SmtpErrorCode.MessageNotAccepted, refusal.StatusCode, refusal.Message, refusal); // of DATA, before the mail
        }

        isBetweenMails = true;
        return [.. client.Refused];
    }

    public async ValueTask DisposeAsync()
    {
        if (isBetweenMails)
        {
            using var limit = new CancellationTokenSource(Farewell);
            try
            {
                await client.DisconnectAsync(quit: true, limit.Token);
            }
#pragma warning disable CA1031 // whatever goes wrong with the farewell, the connection ends
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        }

        client.Dispose();
    }

    private sealed class Client : SmtpClient
    {
        private readonly OutputContext context;

        public Client(OutputContext context)
        {
            this.context = context;
            ServerCertificateValidationCallback = context.Transports.Tls().RemoteCertificateValidationCallback ?? CertificateCheck.Validate; // MailKit's own check names no cause
            if (context.Strict)
            {
                LocalDomain = "localhost";
            }
        }

        public List<RefusedRecipient> Refused { get; } = [];

        protected override SslClientAuthenticationOptions GetSslClientAuthenticationOptions(string host, RemoteCertificateValidationCallback remoteCertificateValidationCallback)
        {
            var tls = context.Transports.Tls();
            tls.TargetHost = host;
            tls.RemoteCertificateValidationCallback = null; // told in the constructor; MailKit wants to call it
            return tls;
        }

        // The body under strict compatibility goes as it is.
        protected override void Prepare(FormatOptions options, MimeMessage message, EncodingConstraint constraint, int maxLineLength)
        {
            if (!context.Strict)
            {
                base.Prepare(options, message, constraint, maxLineLength);
            }
        }

        protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
            Refused.Add(new(mailbox, (int)response.StatusCode, response.Response));

        protected override void OnNoRecipientsAccepted(MimeMessage message)
        {
            var told = Refused.Find(static refused => refused.IsForNow) ?? Refused[0];
            throw new SmtpCommandException(SmtpErrorCode.RecipientNotAccepted, (SmtpStatusCode)told.Status, told.Mailbox, told.Words);
        }
    }
}

/// <summary>A recipient that the server does not take.</summary>
/// <param name="Mailbox">The recipient.</param>
/// <param name="Status">The reply code.</param>
/// <param name="Words">The server's words.</param>
internal sealed record RefusedRecipient(MailboxAddress Mailbox, int Status, string Words)
{
    /// <summary>True when the server may take it later.</summary>
    public bool IsForNow => Status is >= 400 and < 500;
}

/// <summary>The server does not offer the sign-in that is configured.</summary>
/// <param name="wanted">The mechanism.</param>
/// <param name="offered">Those that it offers.</param>
internal sealed class MechanismNotOfferedException(string wanted, IReadOnlyList<string> offered) : Exception
{
    public override string Message => $"it offers {(offered.Count == 0 ? "no sign-in" : string.Join(", ", offered))}, not {wanted}";
}
