using System.Text.Json;
using System.Text.Json.Serialization;

namespace Saker.DocGen.Pictures;

/// <summary>
/// A message with attachments as Slack shows it. The form is Slack's; other chats that take it can be drawn with it as well.
/// </summary>
internal static class SlackPicture
{
    private const int Left = SvgCanvas.Margin + IconSize + 12;
    private const int Right = SvgCanvas.Width - SvgCanvas.Margin;
    private const int IconSize = 36;
    private const int BarWidth = 4;
    private const int Gap = 10;

    private static readonly SvgFont Sender = new(15, "#1d1c1d", IsBold: true);
    private static readonly SvgFont Badge = new(10, "#616061", IsBold: true);
    private static readonly SvgFont Initial = new(18, "#ffffff", IsBold: true);
    private static readonly SvgFont Words = new(14, "#1d1c1d");
    private static readonly SvgFont Title = new(14, "#1d1c1d", IsBold: true);
    private static readonly SvgFont Footer = new(12, "#616061");

    // What the picture does not know would be missing in it without a word.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Draws the body of a request.</summary>
    public static string Draw(ReadOnlyMemory<byte> body, string title)
    {
        var message = JsonSerializer.Deserialize<Message>(body.Span, Json)!;
        var canvas = new SvgCanvas();
        Head(canvas, message.Username);
        var y = SvgCanvas.Margin + Sender.LineHeight;
        y = message.Text.Length == 0 ? y : canvas.Paragraph(Left, y, Right - Left, message.Text, Words);
        foreach (var attachment in message.Attachments)
        {
            y = Attachment(canvas, y + 6, attachment);
        }

        return canvas.Finish(y, title);
    }

    // The sender's icon is a picture from outside, which the drawing may not show: its initial stands for it.
    private static void Head(SvgCanvas canvas, string sender)
    {
        const int BadgeWidth = 28;
        canvas.Rect(SvgCanvas.Margin, SvgCanvas.Margin, IconSize, IconSize, "#00758f", radius: 6);
        canvas.Text(SvgCanvas.Margin + IconSize / 2, SvgCanvas.Margin + 24, sender[..1], Initial, SvgAnchor.Middle);
        canvas.Text(Left, SvgCanvas.Margin + 13, sender, Sender);
        var badge = Left + Sender.WidthOf(sender) + 6;
        canvas.Rect(badge, SvgCanvas.Margin + 1, BadgeWidth, 15, "#e8e8e8", radius: 2);
        canvas.Text(badge + BadgeWidth / 2, SvgCanvas.Margin + 12, "APP", Badge, SvgAnchor.Middle);
    }

    private static int Attachment(SvgCanvas canvas, int top, Attachment attachment)
    {
        const int Inner = Left + BarWidth + 12;
        var y = attachment.Text.Length == 0 ? top : canvas.Paragraph(Inner, top, Right - Inner, attachment.Text, Words);
        foreach (var row in Rows(attachment.Fields ?? []))
        {
            const int Half = (Right - Inner - Gap) / 2;
            var width = row[0].Short ? Half : Right - Inner;
            y = row.Select((field, column) => Field(canvas, Inner + column * (Half + Gap), y + Gap, width, field)).Max();
        }

        y = attachment.Footer.Length == 0 ? y : canvas.Paragraph(Inner, y + Gap, Right - Inner, attachment.Footer, Footer);
        canvas.Rect(Left, top, BarWidth, y - top, attachment.Color, radius: 2);
        return y;
    }

    // Two short ones beside each other; every other has a row of its own.
    private static List<List<Field>> Rows(IReadOnlyList<Field> fields)
    {
        var rows = new List<List<Field>>();
        foreach (var field in fields)
        {
            if (field.Short && rows is [.., [{ Short: true }] half])
            {
                half.Add(field);
                continue;
            }

            rows.Add([field]);
        }

        return rows;
    }

    private static int Field(SvgCanvas canvas, int x, int top, int width, Field field) =>
        canvas.Paragraph(x, canvas.Paragraph(x, top, width, field.Title, Title), width, field.Value, Words);
}

/// <summary>The whole message. Channel and icon are not seen in it.</summary>
internal sealed record Message(
    IReadOnlyList<Attachment> Attachments, string Username = "", string Text = "", string Channel = "", [property: JsonPropertyName("icon_url")] string Icon = "");

/// <summary>What stands beside a bar. The fallback is for notices, which show no attachments.</summary>
internal sealed record Attachment(string Color, IReadOnlyList<Field>? Fields = null, string Fallback = "", string Text = "", string Footer = "");

/// <summary>A title and what is below it.</summary>
internal sealed record Field(string Title, string Value, bool Short);
