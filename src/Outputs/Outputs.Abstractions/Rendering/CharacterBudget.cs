namespace Saker.Outputs.Rendering;

/// <summary>The characters that a vendor takes in one message. What is over is cut, on a character, and marked.</summary>
public sealed class CharacterBudget(int characters)
{
    private const string CutMark = "…";

    private int left = characters;

    /// <summary>True when there is no room for anything more.</summary>
    public bool IsUsedUp => left == 0;

    /// <summary>Characters of Unicode in a text.</summary>
    public static int Count(string text)
    {
        var pair = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        if (pair < 0)
        {
            return text.Length;
        }

        var count = pair;
        foreach (var _ in text.AsSpan(pair).EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    /// <summary>The text, or as much of it as there is room for.</summary>
    public string Take(string text)
    {
        if (left == int.MaxValue)
        {
            return text;
        }

        var count = Count(text);
        if (count <= left)
        {
            left -= count;
            return text;
        }

        if (left == 0)
        {
            return "";
        }

        var kept = 0;
        foreach (var rune in text.EnumerateRunes().Take(left - 1))
        {
            kept += rune.Utf16SequenceLength;
        }

        left = 0;
        return string.Concat(text.AsSpan(0, kept), CutMark);
    }
}
