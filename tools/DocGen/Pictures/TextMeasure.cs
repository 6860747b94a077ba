using System.Text;

namespace Saker.DocGen.Pictures;

/// <summary>
/// Estimates how wide a text will be. A real measure would need the fonts of the machine that draws, and the picture would then differ
/// from one machine to the next.
/// </summary>
internal static class TextMeasure
{
    // The widths of Helvetica and Arial for blank to '~', in thousandths of the font's size.
    private static readonly int[] Widths =
    [
        278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
        1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
        333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
    ];

    private const int Letter = 600;   // of other alphabets
    private const int Square = 1000;  // of East Asia, and pictures
    private const int FirstSquare = 0x2E80;

    // Where none of the fonts is installed, another stands in, which may be wider; bold is wider in each.
    private const int PlainPercent = 106;
    private const int BoldPercent = 114;

    /// <summary>Whole pixels that a text takes at most, by estimate.</summary>
    public static int Width(string text, int size, bool bold = false)
    {
        var thousandths = text.EnumerateRunes().Sum(static rune => Thousandths(rune));
        return (thousandths * size * (bold ? BoldPercent : PlainPercent) + 99_999) / 100_000;
    }

    /// <summary>The lines of a text in a column: broken at blanks and at line ends, within a word only where the word is wider than the column.</summary>
    public static IReadOnlyList<string> Wrap(string text, int size, int width, bool bold = false)
    {
        var lines = new List<string>();
        foreach (var given in text.Split('\n'))
        {
            var line = "";
            foreach (var word in given.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(word => Pieces(word, size, width, bold)))
            {
                var longer = line.Length == 0 ? word : $"{line} {word}";
                if (line.Length > 0 && Width(longer, size, bold) > width)
                {
                    lines.Add(line);
                    longer = word;
                }

                line = longer;
            }

            lines.Add(line);
        }

        return lines;
    }

    private static int Thousandths(Rune rune) => rune.Value switch
    {
        >= ' ' and <= '~' => Widths[rune.Value - ' '],
        >= FirstSquare => Square,
        _ => Letter,
    };

    private static IEnumerable<string> Pieces(string word, int size, int width, bool bold)
    {
        var piece = new StringBuilder();
        foreach (var rune in word.EnumerateRunes())
        {
            if (piece.Length > 0 && Width($"{piece}{rune}", size, bold) > width)
            {
                yield return piece.ToString();
                piece.Clear();
            }

            piece.Append(rune.ToString());
        }

        yield return piece.ToString();
    }
}
