using System.Globalization;
using System.Text;
using MimeKit;
using Saker.Alerts;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Mail.Smtp;

/// <summary>The mail for an alert. Its headers are safe in every mode: whatever the alert holds, it adds no line to them.</summary>
internal static class SmtpMessage
{
    // A line holds 998 octets (https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1). Lines are folded, so this is for readers that unfold them
    // into a buffer of that size; the whole message stands in the body.
    public const int MaxSubjectCharacters = 998 - 9;

    private const string StrictBoundary = "4t74weu9byeSdJTM";

    /// <summary>The mail.</summary>
    /// <param name="view">The alert.</param>
    /// <param name="options">The instance's options.</param>
    public static MimeMessage From(AlertView view, SmtpOptions options)
    {
        var alert = view.Alert;
        var sender = options.Sender!;
        var message = new MimeMessage();
        message.Headers.Clear(); // its defaults hold the present time and a random id
        message.Subject = Subject(view);
        message.From.Add(sender);
        message.To.AddRange(options.Recipients);
        message.Headers.Add(HeaderId.Date, Date(alert.Time));

        // The same at every attempt, so that a mail system that gets an alert twice can show it once.
        message.MessageId = $"{alert.Uuid}@{(sender.Domain.Length == 0 ? "localhost" : MailboxAddress.IdnMapping.Encode(sender.Domain))}";
        if (!view.IsStrict)
        {
            message.Headers.Add("Auto-Submitted", "auto-generated"); // no answers from those on holiday: RFC 3834
        }

        // Falcosidekick takes every other word for html.
        var isText = view.IsStrict ? options.OutputFormat == "text" : options.OutputFormat.Equals("text", StringComparison.OrdinalIgnoreCase);
        message.Body = view.IsStrict ? Strict(view, isText) : isText ? Part("plain", SmtpBody.Text(view))
            : new MultipartAlternative(Part("plain", SmtpBody.Text(view)), Part("html", SmtpBody.Html(view))) { Boundary = $"saker-{alert.Uuid:N}" };
        return message;
    }

    private static string Subject(AlertView view)
    {
        var text = new StringBuilder($"[{view.Alert.Priority.Word()}] {view.Alert.Output}").Replace("\r\n", " ");
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = char.IsControl(text[i]) ? ' ' : text[i];
        }

        return view.Room(MaxSubjectCharacters).Take(text.ToString().TrimEnd());
    }

    // By hand, since .NET's times hold neither every year nor every offset of an alert's.
    private static string Date(AlertTime time)
    {
        var local = time.Local;
        var offset = Math.Abs(time.OffsetMinutes);
        var names = CultureInfo.InvariantCulture.DateTimeFormat;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{names.GetAbbreviatedDayName(local.DayOfWeek)}, {local.Day:00} {names.GetAbbreviatedMonthName(local.Month)} {Math.Clamp(local.Year, 0, 9999):0000} {local.Hour:00}:{local.Minute:00}:{local.Second:00} {(time.OffsetMinutes < 0 ? '-' : '+')}{offset / 60:00}{offset % 60:00}");
    }

    private static TextPart Part(string subtype, string text)
    {
        var part = new TextPart(subtype);
        part.SetText(Encoding.UTF8, text);
        return part;
    }

    // The bytes of the body as they stand, without an encoding for transfer.
    private static MimePart Strict(AlertView view, bool isText)
    {
        var type = isText ? "text/plain; charset=\"UTF-8\"" : $"multipart/alternative; boundary={StrictBoundary}";
        var body = isText ? SmtpBody.Text(view) : $"\r\n--{StrictBoundary}\r\nContent-Type: text/plain; charset=\"UTF-8\"\r\n\r\n{SmtpBody.Text(view)}--{StrictBoundary}\r\nContent-Type: text/html; charset=\"UTF-8\";\r\n\r\n{SmtpBody.Html(view)}\r\n--{StrictBoundary}--\r\n";
        return new MimePart(ContentType.Parse(type)) { Content = new MimeContent(new MemoryStream(Encoding.UTF8.GetBytes(body))) };
    }
}
