using YamlDotNet.Core;

namespace Saker.Rules.Yaml;

/// <summary>
/// Finds where each character of a scalar's value stands in the file, through folding, indentation, quotes and escapes:
/// the value's characters appear in the file in the same order, with only blanks, quotes and escapes between them.
/// </summary>
internal static class ScalarPositions
{
    /// <summary>An offset of the file for each character of the value.</summary>
    public static int[] Find(string content, int start, int end, string value, ScalarStyle style)
    {
        var offsets = new int[value.Length];
        var at = SkipIntroduction(content, start, end, style);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (style == ScalarStyle.DoubleQuoted && IsEscape(content, at, end, out var escaped) && !IsLineEnd(content, at + 1))
            {
                offsets[i] = at;
                at += escaped;
                continue;
            }

            if (char.IsWhiteSpace(c))
            {
                // A folded line end: it stands where the blanks start, and they are skipped before the next character.
                offsets[i] = at;
                if (at < end && content[at] == c)
                {
                    at++;
                }

                continue;
            }

            while (at < end && content[at] != c && (char.IsWhiteSpace(content[at]) || content[at] == '\\'))
            {
                at++;
            }

            offsets[i] = Math.Min(at, end);
            at = Math.Min(at + 1, end);
            if (style == ScalarStyle.SingleQuoted && c == '\'' && at < end && content[at] == '\'')
            {
                at++;
            }
        }

        return offsets;
    }

    // The quote, or the line with the block indicator.
    private static int SkipIntroduction(string content, int start, int end, ScalarStyle style)
    {
        if (style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted)
        {
            return Math.Min(start + 1, end);
        }

        if (style is not (ScalarStyle.Folded or ScalarStyle.Literal))
        {
            return start;
        }

        var at = start;
        while (at < end && content[at] != '\n')
        {
            at++;
        }

        while (at < end && char.IsWhiteSpace(content[at]))
        {
            at++;
        }

        return at;
    }

    private static bool IsLineEnd(string content, int at) => at >= content.Length || content[at] is '\n' or '\r';

    private static bool IsEscape(string content, int at, int end, out int length)
    {
        length = 0;
        if (at + 1 >= end || content[at] != '\\')
        {
            return false;
        }

        length = content[at + 1] switch
        {
            'x' => 4,
            'u' => 6,
            'U' => 10,
            _ => 2,
        };
        return true;
    }
}
