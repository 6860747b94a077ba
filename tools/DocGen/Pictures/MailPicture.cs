using MimeKit;

namespace Saker.DocGen.Pictures;

/// <summary>A mail as a mail program shows it: its head, and its HTML below.</summary>
internal static class MailPicture
{
    private const int Left = SvgCanvas.Margin;
    private const int Inner = SvgCanvas.Width - 2 * SvgCanvas.Margin;
    private const int CircleSize = 40;

    private static readonly SvgFont Subject = new(18, "#1f2328", IsBold: true);
    private static readonly SvgFont Sender = new(14, "#1f2328", IsBold: true);
    private static readonly SvgFont Quiet = new(13, "#59636e");
    private static readonly SvgFont Initial = new(18, "#ffffff", IsBold: true);

    /// <summary>Draws a mail.</summary>
    public static string Draw(ReadOnlyMemory<byte> mail, string title)
    {
        using var message = MimeMessage.Load(new MemoryStream(mail.ToArray()));
        var canvas = new SvgCanvas();
        var y = Head(canvas, message);
        foreach (var table in HtmlTables.Read(message.HtmlBody ?? throw new NotSupportedException("The picture of a mail is drawn from its HTML.")))
        {
            y = Table(canvas, y + table.Space, table);
        }

        return canvas.Finish(y, title);
    }

    private static int Head(SvgCanvas canvas, MimeMessage message)
    {
        const int TextLeft = Left + CircleSize + 12;
        var y = canvas.Paragraph(Left, SvgCanvas.Margin, Inner, message.Subject ?? "", Subject) + 8;
        var from = message.From.Mailboxes.First();
        var name = string.IsNullOrEmpty(from.Name) ? from.Address : from.Name;
        var date = message.Headers[HeaderId.Date] ?? "";
        canvas.Rect(Left, y, CircleSize, CircleSize, "#00758f", radius: CircleSize / 2);
        canvas.Text(Left + CircleSize / 2, y + 26, name[..1], Initial, SvgAnchor.Middle);
        canvas.Text(TextLeft, y + 16, name, Sender);
        canvas.Text(TextLeft + Sender.WidthOf(name) + 6, y + 16, name == from.Address ? "" : $"<{from.Address}>", Quiet);
        canvas.Text(Left + Inner, y + 16, date, Quiet, SvgAnchor.End);
        canvas.Text(TextLeft, y + 35, $"to {string.Join(", ", message.To.Mailboxes.Select(static to => to.Address))}", Quiet);
        y += CircleSize + 12;
        canvas.Line(Left, y, Left + Inner, y, "#d0d7de");
        return y + 12;
    }

    private static int Table(SvgCanvas canvas, int top, HtmlTable table)
    {
        // As browsers do where one column has short texts: it is as wide as they need, and the last takes what is left.
        var first = table.Rows.Where(static row => row.Count > 1).Select(row => NaturalWidth(row[0], table.Padding)).DefaultIfEmpty(0).Max();
        foreach (var row in table.Rows)
        {
            var cells = row.Count == 1
                ? [(Cell: row[0], X: Left, Width: Inner)]
                : row.Count == 2 ? new[] { (Cell: row[0], X: Left, Width: first), (Cell: row[1], X: Left + first, Width: Inner - first) }
                : throw new NotSupportedException("The picture of a mail cannot draw more than two columns yet.");
            var height = cells.Max(one => Height(one.Cell, one.Width, table.Padding));
            foreach (var (cell, x, width) in cells)
            {
                Cell(canvas, cell, x, top, width, height, table.Padding);
            }

            top += height;
        }

        return top;
    }

    private static int NaturalWidth(HtmlCell cell, int padding) => Math.Min(Inner / 2, (cell.Image?.Width ?? cell.Font.WidthOf(cell.Text)) + 2 * padding);

    private static int Height(HtmlCell cell, int width, int padding) =>
        (cell.Image?.Height ?? cell.Font.Wrap(cell.Text, width - 2 * padding).Count * cell.Font.LineHeight) + 2 * padding;

    private static void Cell(SvgCanvas canvas, HtmlCell cell, int x, int top, int width, int height, int padding)
    {
        if (cell.Background.Length > 0)
        {
            canvas.Rect(x, top, width, height, cell.Background);
        }

        if (cell.Image is { } image)
        {
            Placeholder(canvas, x + padding, top + padding, image.Width, image.Height);
        }

        var lines = cell.Font.Wrap(cell.Text, width - 2 * padding);
        var baseline = top + (height - lines.Count * cell.Font.LineHeight) / 2 + cell.Size; // cells are centred from top to bottom
        foreach (var line in lines)
        {
            canvas.Text(cell.IsCentered ? x + width / 2 : x + padding, baseline, line, cell.Font, cell.IsCentered ? SvgAnchor.Middle : SvgAnchor.Start);
            baseline += cell.Font.LineHeight;
        }
    }

    // Mail programs fetch images only when they are told to, and the picture fetches none: a frame with a landscape, as they show.
    private static void Placeholder(SvgCanvas canvas, int x, int y, int width, int height)
    {
        var (middle, ground) = (x + width / 2, y + height / 2 + 9);
        canvas.Rect(x, y, width, height, "#f6f8fa", radius: 4, stroke: "#d0d7de");
        canvas.Path($"M{middle - 16} {ground}l10 -14l7 9l5 -6l10 11z", "#afb8c1");
        canvas.Rect(middle + 5, ground - 18, 6, 6, "#afb8c1", radius: 3);
    }
}
