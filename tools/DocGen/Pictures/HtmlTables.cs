using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Saker.DocGen.Pictures;

/// <summary>
/// Reads the HTML of a mail as far as mails of outputs use it: tables one below the other, with cells of one style each. An element that
/// is not known stops the reading, for a picture without it would show another mail than the one that is sent.
/// </summary>
internal sealed partial class HtmlTables
{
    private static readonly HtmlCell Plain = new("", "#000000", 16, IsBold: false, IsCentered: false, "", null);

    private readonly List<HtmlTable> tables = [];
    private int space;
    private int tableSize = Plain.Size;
    private HtmlCell? cell;

    private HtmlTables()
    {
    }

    /// <summary>From one line to the next, as browsers have it where a style says nothing.</summary>
    public static int LineHeight(int size) => size + size / 5;

    /// <summary>The tables of a mail.</summary>
    public static IReadOnlyList<HtmlTable> Read(string html)
    {
        var reader = new HtmlTables();
        foreach (Match token in Token().Matches(StyleSheet().Replace(html, "")))
        {
            if (token.Groups["name"] is { Success: true } name)
            {
                reader.Element(name.Value, token.Groups["end"].Length > 0, token.Groups["attributes"].Value);
                continue;
            }

            reader.Text(WebUtility.HtmlDecode(token.Value));
        }

        return reader.tables;
    }

    private void Element(string name, bool isEnd, string attributes)
    {
        var style = Style(attributes);
        switch (name, isEnd)
        {
            case ("table", false):
                tableSize = Size(style, Plain.Size);
                tables.Add(new HtmlTable(space, Pixels(Attribute(attributes, "cellpadding"), 1), []));
                space = 0;
                break;
            case ("br", false) when cell is null:
                space += LineHeight(Plain.Size);
                break;
            case ("tr", false):
                tables[^1].Rows.Add([]);
                break;
            case ("td", false):
                cell = Plain with { Size = tableSize, Background = style.GetValueOrDefault("background-color", ""), IsCentered = style.GetValueOrDefault("text-align") == "center" };
                break;
            case ("td", true):
                tables[^1].Rows[^1].Add(cell! with { Text = cell.Text.Trim() });
                cell = null;
                break;
            case ("span", false):
                cell = cell! with { Size = Size(style, cell.Size), Color = style.GetValueOrDefault("color", cell.Color) };
                break;
            case ("strong", false):
                cell = cell! with { IsBold = true };
                break;
            case ("img", false):
                cell = cell! with { Image = (Pixels(Attribute(attributes, "width"), 0), Pixels(Attribute(attributes, "height"), 0)) };
                break;
            case ("table" or "tr" or "span" or "strong", true) or ("tbody" or "meta", _):
                break;
            default:
                throw new NotSupportedException($"The picture of a mail cannot draw <{name}> yet.");
        }
    }

    private void Text(string text)
    {
        if (cell is not null)
        {
            cell = cell with { Text = cell.Text + Blanks().Replace(text, " ") };
        }
        else if (!string.IsNullOrWhiteSpace(text))
        {
            throw new NotSupportedException($"The picture of a mail cannot draw a text outside tables yet: {text.Trim()}");
        }
    }

    private static Dictionary<string, string> Style(string attributes) => Attribute(attributes, "style")
        .Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(static part => part.Split(':', 2, StringSplitOptions.TrimEntries))
        .ToDictionary(static part => part[0], static part => part[1], StringComparer.Ordinal);

    private static int Size(Dictionary<string, string> style, int inherited) => Pixels(style.GetValueOrDefault("font-size", ""), inherited);

    private static int Pixels(string text, int otherwise) =>
        int.TryParse(text.Replace("px", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var pixels) ? pixels : otherwise;

    private static string Attribute(string attributes, string name) =>
        Regex.Match(attributes, $"(?<![-\\w]){name}=\"(?<value>[^\"]*)\"").Groups["value"].Value;

    [GeneratedRegex("<(?<end>/?)(?<name>[a-z]+)(?<attributes>[^>]*)>|[^<]+")]
    private static partial Regex Token();

    [GeneratedRegex("<style.*?</style>", RegexOptions.Singleline)]
    private static partial Regex StyleSheet();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}

/// <summary>A table: the space above it, what is kept free in each cell, and its rows of cells.</summary>
internal sealed record HtmlTable(int Space, int Padding, List<List<HtmlCell>> Rows);

/// <summary>A cell of one style; an image only by its size.</summary>
internal sealed record HtmlCell(string Background, string Color, int Size, bool IsBold, bool IsCentered, string Text, (int Width, int Height)? Image)
{
    /// <summary>How its text is written.</summary>
    public SvgFont Font => new(Size, Color, IsBold) { LineHeight = HtmlTables.LineHeight(Size) };
}
