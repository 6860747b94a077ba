using System.Text;

namespace Saker.Conditions.Source;

/// <summary>Shows the line of an error with carets under the part that is wrong.</summary>
public static class CaretSnippet
{
    private const int DefaultWidth = 120;

    /// <summary>Renders two lines: the text's line around <paramref name="start"/>, cut to the width, and the carets.</summary>
    /// <param name="text">The whole text, of one or many lines.</param>
    /// <param name="start">The first wrong character, from 0.</param>
    /// <param name="length">How many are wrong; what lies on later lines is not marked.</param>
    /// <param name="width">The longest line shown, in characters.</param>
    public static string Render(string text, int start, int length, int width = DefaultWidth)
    {
        start = Math.Clamp(start, 0, text.Length);
        var lineStart = start == 0 ? 0 : text.LastIndexOf('\n', start - 1) + 1;
        var lineEnd = text.IndexOf('\n', start);
        if (lineEnd < 0)
        {
            lineEnd = text.Length;
        }

        var from = Math.Max(lineStart, Math.Min(start - (width / 3), lineEnd - width));
        var to = Math.Min(lineEnd, from + width);
        var result = new StringBuilder();
        var cutLeft = from > lineStart ? "…" : "";
        result.Append(cutLeft).Append(text, from, to - from);
        if (to < lineEnd)
        {
            result.Append('…');
        }

        result.Append('\n');
        result.Append(' ', cutLeft.Length);
        for (var i = from; i < start; i++)
        {
            result.Append(text[i] == '\t' ? '\t' : ' ');
        }

        result.Append('^', Math.Max(1, Math.Min(length, to - start)));
        return result.ToString();
    }
}
