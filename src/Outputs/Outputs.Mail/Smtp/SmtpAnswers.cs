using MailKit;
using MailKit.Net.Smtp;
using Saker.Outputs.Rendering;
using Saker.Outputs.Transports;

namespace Saker.Outputs.Mail.Smtp;

/// <summary>What a server's answers, and failures on the way to it, mean for a mail.</summary>
internal sealed class SmtpAnswers(SmtpOptions options, OutputContext context)
{
    // https://www.rfc-editor.org/rfc/rfc5321#section-4.2.3 and https://www.rfc-editor.org/rfc/rfc4954#section-6
    private const int TooLarge = 552;
    private const int SignInNeeded = 530;

    private readonly string server = options.HostPort;

    /// <summary>What an exception means; null for one that is not the client's, such as a cancellation.</summary>
    public DeliveryResult? Of(Exception exception)
    {
        var (host, port) = options.Server!.Value;
        return exception switch
        {
            OperationCanceledException => null,
            SmtpCommandException refusal => Of(refusal),
            MechanismNotOfferedException mechanism => DeliveryResult.Blocked($"{server} cannot sign this output in: {mechanism.Message}.{(options.Tls ? "" : " Some servers offer it only with smtp.tls.")}{Look("authmechanism")}"),
            MailKit.Security.SaslException failed => DeliveryResult.Blocked($"The sign-in at {server} failed: {Words(failed.Message)}{Look(SmtpSignIn.Key(options))}"),
            MailKit.Security.AuthenticationException refusal => OfSignIn(refusal),
            ServiceNotAuthenticatedException refusal => DeliveryResult.Blocked($"{server} takes no mail without a sign-in: {Words(refusal.Message)}{Look("authmechanism")}"),
            NotSupportedException => DeliveryResult.Blocked(options.Tls && !IsInternational
                ? $"{server} does not offer STARTTLS, and without TLS nothing is sent.{Look("tls")}"
                : $"{server} does not take addresses that are not ASCII.{Look("to")}"),
            MailKit.Security.SslHandshakeException or System.Net.Sockets.SocketException => DeliveryResult.Retry(Sentence(ConnectionWords.Of(exception, host, port))),
            IOException or ProtocolException or ServiceNotConnectedException => DeliveryResult.Retry(Sentence(exception.InnerException is System.Net.Sockets.SocketException
                ? ConnectionWords.Of(exception, host, port)
                : $"{server} broke the connection off or answered with what is not SMTP")),
            _ => null,
        };
    }

    /// <summary>Tells of recipients that did not get a mail which others got.</summary>
    public string Of(IEnumerable<RefusedRecipient> refused) => string.Join(' ', refused.Select(recipient =>
        $"{server} does not take mail for {recipient.Mailbox.Address} ({recipient.Status}): {Words(recipient.Words)}"));

    /// <summary>The key to look at, as the end of a reason.</summary>
    public string Look(string key) => $" Look at {context.Path}.{key}.";

    private bool IsInternational => options.Recipients.Append(options.Sender!).Any(static address => address.LocalPart.Any(static unit => !char.IsAscii(unit)));

    private DeliveryResult Of(SmtpCommandException refusal)
    {
        var status = (int)refusal.StatusCode;
        var said = $"({status}): {Words(refusal.Message)}";
        return status switch
        {
            < 500 => DeliveryResult.Retry($"{server} does not take mail at present {said}"),
            SignInNeeded => DeliveryResult.Blocked($"{server} takes no mail without a sign-in {said}{Look("authmechanism")}"),
            TooLarge => DeliveryResult.Rejected($"{server} refused the mail {said}"),
            _ => refusal.ErrorCode switch
            {
                SmtpErrorCode.MessageNotAccepted => DeliveryResult.Rejected($"{server} refused the mail {said}"),
                SmtpErrorCode.SenderNotAccepted => DeliveryResult.Blocked($"{server} refused the sender {said}{Look("from")}"),
                SmtpErrorCode.RecipientNotAccepted => DeliveryResult.Blocked($"{server} takes no mail for {refusal.Mailbox?.Address} {said}{Look("to")}"),
                _ => DeliveryResult.Blocked($"{server} refuses to talk {said}{Look("hostport")}"),
            },
        };
    }

    // The reply code stands before the words: "535: 5.7.8 Authentication failed".
    private DeliveryResult OfSignIn(Exception refusal)
    {
        var isForNow = refusal.InnerException is SmtpCommandException { StatusCode: var status } ? (int)status < 500 : refusal.Message.StartsWith('4');
        var words = $"{server} refused the sign-in: {Words(refusal.Message)}";
        return isForNow ? DeliveryResult.Retry(words) : DeliveryResult.Blocked(words + Look(SmtpSignIn.Key(options)));
    }

    private string Words(string text) => ServerWords.Ended(ServerWords.OneLine(SmtpSignIn.MaskIn(options, text)), "it says no more.");

    private static string Sentence(string words) => char.ToUpperInvariant(words[0]) + words[1..] + ".";
}
