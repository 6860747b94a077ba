using System.Collections.Concurrent;
using MimeKit;
using Saker.Alerts;
using Saker.Outputs.Rendering;
using Saker.Outputs.Transports;

namespace Saker.Outputs.Mail.Smtp;

internal sealed class SmtpOutput : SingleAlertOutput, IOutputFactory<SmtpOptions>
{
    // Alerts that some recipients have and others are to get at the next attempt; more than these are not remembered, and mailed to all again.
    private const int MaxRemembered = 1000;

    private readonly SmtpOptions options;
    private readonly OutputContext context;
    private readonly SmtpAnswers answers;
    private readonly ConnectionPool<SmtpSession> sessions;
    private readonly MailboxAddress sender;
    private readonly IReadOnlyList<MailboxAddress> recipients;
    private readonly ConcurrentDictionary<Guid, IReadOnlyList<MailboxAddress>> waiting = [];

    private SmtpOutput(SmtpOptions options, OutputContext context)
    {
        this.options = options;
        this.context = context;
        answers = new SmtpAnswers(options, context);
        sessions = OutputTransports.Connections(token => SmtpSession.OpenAsync(options, context, token), context.Clock);
        sender = options.Sender!;
        recipients = options.Recipients;
    }

    public static OutputDescriptor Descriptor { get; } = new()
    {
        Type = "smtp",
        Title = "SMTP",
        Summary = "Sends each alert as a mail, as text and HTML.",
        Documentation = new Uri("https://www.rfc-editor.org/rfc/rfc5321"),
        Transport = OutputTransport.Socket,
        DecidingKey = "hostport",
        InFalcosidekick = true,
        Differences =
        [
            new("Sends the mail without a sign-in when the server refuses `user` and `password`, or offers no sign-in.", "Signs in or sends nothing, also under `strictcompatibility`; the reason holds the server's words. `authmechanism: none` sends without."),
            new("Knows neither `login` nor `cram-md5` in `authmechanism`: nothing is sent.", "Signs in with them, also under `strictcompatibility`."),
            new("Puts the message as it is into the subject: line breaks add headers, characters that are not ASCII and long lines break the rules of mail.",
                "Encodes and folds it, with a blank for each control character, also under `strictcompatibility`; by default cuts it after 989 characters, with an ellipsis."),
            new("Sends bodies as they are: servers refuse lines of more than 998 bytes.", "Encodes the body so that every server takes it; the same text arrives. A bare CR becomes a line break, also under `strictcompatibility`."),
            new("Sends nothing to anybody when one recipient is refused.", "Sends to the others, also under `strictcompatibility`, and tells of the refused one; one that is refused for the moment gets the mail later, the others not again."),
            new("Opens a connection for each alert and closes none.", "Keeps a connection for the next mails and closes it with QUIT."),
            new("Sends the name in `from` as a part of the envelope's address, which servers refuse.", "Sends the address alone there, and the name in the header."),
            new("Mails have no Message-ID.", "It is made from the alert's uuid, the same at each attempt."),
            new("Shows null as `<no value>`, lists and objects as Go prints them, and each tag with a blank behind it.", "Shows null as `<NA>`, as Falco prints it, and lists and objects as JSON."),
            new("Cuts every field of more than 512 bytes in an alert of more than 4,096 bytes.", "Cuts nothing in the body."),
            new("Every word but `text` in `outputformat` means html.", "Does not start, and names the words that `outputformat` takes."),
            new("Without `from` or `to`, or with a `hostport` without a port, runs on and loses every mail.", "Does not start, and names the key."),
        ],
    };

    public static IOutput Create(SmtpOptions options, OutputContext context)
    {
        OptionWords.Require("outputformat", options.OutputFormat, context.Strict, "html", "text");
        OptionWords.Require("authmechanism", options.AuthMechanism, context.Strict, SmtpSignIn.Mechanisms);
        return new SmtpOutput(options, context);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await sessions.DisposeAsync();
    }

    protected override async ValueTask<DeliveryResult> DeliverAsync(Alert alert, CancellationToken cancellationToken)
    {
        if (SmtpSignIn.IsWanted(options) && SmtpSignIn.Create(options) is null)
        {
            return DeliveryResult.Blocked($"There is no sign-in '{options.AuthMechanism}'.{answers.Look("authmechanism")}");
        }

        using var message = SmtpMessage.From(AlertView.For(alert, context.Strict), options);
        Show(message);
        var addressees = waiting.GetValueOrDefault(alert.Uuid, recipients);
        try
        {
            var refused = await sessions.UseAsync((session, token) => session.SendAsync(message, sender, addressees, token), cancellationToken);
            return Outcome(alert.Uuid, refused);
        }
        catch (Exception exception) when (answers.Of(exception) is { } result)
        {
            return result.Status == DeliveryStatus.Blocked && addressees.Count < recipients.Count ? Settle(alert.Uuid, result.Reason) : result;
        }
    }

    // Who has the mail must not get it again because others could not take it yet.
    private DeliveryResult Outcome(Guid alert, IReadOnlyList<RefusedRecipient> refused)
    {
        var later = refused.Where(static recipient => recipient.IsForNow).ToArray();
        if (later.Length < refused.Count)
        {
            context.OptionFails("to", answers.Of(refused.Except(later)));
        }

        if (later.Length == 0)
        {
            waiting.TryRemove(alert, out _);
            return DeliveryResult.Delivered;
        }

        if (waiting.Count >= MaxRemembered)
        {
            waiting.Clear();
        }

        waiting[alert] = [.. later.Select(static recipient => recipient.Mailbox)];
        return DeliveryResult.Retry($"The others have the mail: {answers.Of(later)}");
    }

    // The rest of the recipients is refused for good, while the others have had the mail at an earlier attempt.
    private DeliveryResult Settle(Guid alert, string reason)
    {
        waiting.TryRemove(alert, out _);
        context.OptionFails("to", reason);
        return DeliveryResult.Delivered;
    }

    private void Show(MimeMessage message)
    {
        var bytes = new MemoryStream();
        message.WriteTo(bytes, CancellationToken.None);
        context.Sending(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }
}
