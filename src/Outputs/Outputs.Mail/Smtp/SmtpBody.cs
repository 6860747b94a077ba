using System.Buffers;
using System.Diagnostics;
using System.Text;
using Saker.Alerts;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Mail.Smtp;

/// <summary>What a mail says, as text and as HTML. Under strict compatibility byte for byte as recorded from Falcosidekick.</summary>
internal static class SmtpBody
{
    private const string Logo = "https://raw.githubusercontent.com/cncf/artwork/master/projects/falco/horizontal/color/falco-horizontal-color.png";
    private const string HeadStyle = "background-color:#858585";
    private const string ValueStyle = "background-color:#d1d6da";
    private const string Table = "<table cellpadding=\"3\" cellspacing=\"0\" style=\"font-family:arial,helvetica,sans-serif; height:2px; width:700px;";

    private const int MaxKeptCharacters = 64 * 1024;

    // A mail is thousands of characters, which are put together again for each alert.
    [ThreadStatic]
    private static StringBuilder? kept;

    /// <summary>The text.</summary>
    public static string Text(AlertView view)
    {
        var text = Builder();
        foreach (var (title, value) in Head(view))
        {
            text.Append(title).Append(": ").Append(value).Append('\n');
        }

        text.Append("\n--Fields--\n");
        foreach (var (name, value) in Fields(view, whenNull: "<no value>"))
        {
            text.Append(name).Append(": ").Append(value).Append('\n');
        }

        return Lines(view, text.Append("\n\n"));
    }

    /// <summary>The HTML, with lines between its head and its first element where Falcosidekick has them.</summary>
    public static string Html(AlertView view)
    {
        var html = Builder();
        html.Append('\n', view.IsStrict ? 12 : 0).Append("<meta http-equiv=\"Content-Type\" content=\"text/html; charset=").Append(view.IsStrict ? "us-ascii" : "utf-8").Append("\">\n");
        html.Append("<style type=\"text/css\">\n    td{font-family:arial,helvetica,sans-serif;}\n</style>\n\n");
        html.Append(Table).Append("\">\n    <tbody>\n        <tr>\n            <td><img src=\"").Append(Logo).Append("\" width=\"117px\" height=\"47\"></td>\n            <td></td>\n        </tr>\n    </tbody>\n</table>\n<br>\n");
        Banner(html, "", $"background-color:{Color(view.Alert.Priority)};", view.Alert.Priority.Word());

        html.Append("<table cellpadding=\"5\" cellspacing=\"0\" style=\"font-family:arial,helvetica,sans-serif; width:700px; font-size:13px\">\n    <tbody>\n");
        foreach (var (title, value) in Head(view).Skip(1))
        {
            html.Append(title == "Hostname" ? "\t\t" : "        ").Append("<tr>\n            <td style=\"").Append(HeadStyle).Append("\"><span style=\"font-size:14px;color:#fff;\"><strong>").Append(title)
                .Append("</strong></span></td>\n");
            Value(html, value);
        }

        html.Append("    </tbody>\n</table>\n<br>\n\n");
        Banner(html, " font-size:13px", "background-color: #858585;", "Fields");
        html.Append('\n').Append(Table).Append(" font-size:13px\">\n    <tbody>");
        foreach (var (name, value) in Fields(view, whenNull: ""))
        {
            html.Append("\n        <tr>\n            <td width=\"1\" style=\"").Append(HeadStyle).Append("\"><span style=\"font-size:14px; color:#fff;\"><strong>");
            Escape(html, name);
            html.Append("</strong></span></td>\n");
            Value(html, value);
            html.Append("    ");
        }

        return Lines(view, html.Append("</tbody>\n</table>\n"));
    }

    private static void Banner(StringBuilder html, string tableStyle, string style, string words) =>
        html.Append(Table).Append(tableStyle).Append("\">\n    <tbody>\n        <tr>\n            <td style=\"").Append(style)
            .Append(" width:700px; text-align:center;\"><span style=\"font-size:12px; color:#fff;\"><strong>").Append(words).Append("</strong></span></td>\n        </tr>\n    </tbody>\n</table>\n");

    private static void Value(StringBuilder html, string value)
    {
        html.Append("            <td style=\"").Append(ValueStyle).Append("\">");
        Escape(html, value);
        html.Append("</td>\n        </tr>\n");
    }

    private static IEnumerable<(string Title, string Value)> Head(AlertView view)
    {
        var alert = view.Alert;
        yield return ("Priority", alert.Priority.Word());
        yield return ("Output", alert.Output);
        yield return ("Rule", alert.Rule);
        yield return ("Source", alert.Source);
        yield return ("Hostname", alert.Hostname);
        yield return ("Tags", view.IsStrict ? string.Concat(alert.Tags.Select(static tag => tag + " ")) : string.Join(' ', alert.Tags));
        yield return ("Time", alert.Time.ToGoString());
    }

    // Falcosidekick's mails show all fields, also those that are no texts, as Go prints them.
    private static IEnumerable<(string Name, string Value)> Fields(AlertView view, string whenNull) =>
        view.Alert.OutputFields.Select(field => (field.Key, view.IsStrict ? GoText.Of(field.Value, whenNull) : field.Value.ToString()));

    // Go's html/template writes these as numbers, the plus for the sake of UTF-7.
    private static void Escape(StringBuilder html, string text)
    {
        foreach (var unit in text)
        {
            _ = unit switch
            {
                '\0' => html.Append('\uFFFD'),
                '"' => html.Append("&#34;"),
                '&' => html.Append("&amp;"),
                '\'' => html.Append("&#39;"),
                '+' => html.Append("&#43;"),
                '<' => html.Append("&lt;"),
                '>' => html.Append("&gt;"),
                _ => html.Append(unit),
            };
        }
    }

    // A bare CR or LF ends a line for some servers and not for others, which lets an alert forge mails ("SMTP smuggling").
    private static string Lines(AlertView view, StringBuilder text)
    {
        var lines = ArrayPool<char>.Shared.Rent(2 * text.Length); // every character may end a line
        var length = 0;
        var last = '\0';
        foreach (var chunk in text.GetChunks())
        {
            foreach (var unit in chunk.Span)
            {
                if (unit is '\r' || unit is '\n' && last is not '\r')
                {
                    lines[length++] = '\r';
                    lines[length++] = '\n';
                }
                else if (unit is not '\n')
                {
                    lines[length++] = !view.IsStrict && char.IsControl(unit) && unit is not '\t' ? '\uFFFD' : unit;
                }

                last = unit;
            }
        }

        var all = new string(lines, 0, length);
        ArrayPool<char>.Shared.Return(lines);
        if (text.Capacity <= MaxKeptCharacters)
        {
            kept = text;
        }

        return all;
    }

    private static StringBuilder Builder()
    {
        var text = kept ?? new StringBuilder(8192);
        kept = null; // not kept after an exception
        return text.Clear();
    }

    private static string Color(Priority priority) => priority switch
    {
        Priority.Emergency => "#e20b0b",
        Priority.Alert => "#ff5400",
        Priority.Critical => "#ff9000",
        Priority.Error => "#ffc700",
        Priority.Warning => "#ffff00",
        Priority.Notice => "#5bffb5",
        Priority.Informational => "#68c2ff",
        Priority.Debug => "#ccfff2",
        _ => throw new UnreachableException($"Priority {(int)priority} has no colour."),
    };
}
