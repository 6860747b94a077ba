using System.Text;

namespace Saker.Outputs.Rendering;

/// <summary>What a destination says, made fit for a reason.</summary>
public static class ServerWords
{
    private const int MaxCharacters = 300;

    /// <summary>The words in one line, without control characters and with an end.</summary>
    public static string OneLine(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var line = new StringBuilder(Math.Min(text.Length, MaxCharacters));
        foreach (var unit in text)
        {
            if (line.Length == MaxCharacters)
            {
                break;
            }

            var space = char.IsWhiteSpace(unit) || char.IsControl(unit);
            if (!space)
            {
                line.Append(unit);
            }
            else if (line.Length > 0 && line[^1] != ' ')
            {
                line.Append(' ');
            }
        }

        return line.ToString().TrimEnd();
    }

    /// <summary>The words as the end of a sentence of ours; others where there are none.</summary>
    public static string Ended(string words, string otherwise = "")
    {
        ArgumentNullException.ThrowIfNull(words);
        return words.Length == 0 ? otherwise : words[^1] is '.' or '!' or '?' ? words : words + ".";
    }
}
