namespace Saker.Conditions.Parsing;

/// <summary>Numbers as the grammar takes them: decimal with sign, fraction and exponent, or hexadecimal.</summary>
internal static class NumberSyntax
{
    /// <summary>True for text that is a number and nothing else.</summary>
    public static bool IsNumber(ReadOnlySpan<char> text) => text.Length > 0 && PrefixLength(text) == text.Length;

    /// <summary>How many characters at the start of the text are a number; 0 when it does not start with one.</summary>
    public static int PrefixLength(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && Run(text[2..], char.IsAsciiLetterOrDigit) is > 0 and var hexadecimal)
        {
            return hexadecimal + 2;
        }

        var length = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        var whole = Run(text[length..], char.IsAsciiDigit);
        if (whole == 0)
        {
            return 0;
        }

        length += whole;
        if (length < text.Length && text[length] == '.')
        {
            length += 1 + Run(text[(length + 1)..], char.IsAsciiDigit);
        }

        if (length + 1 < text.Length && text[length] is 'e' or 'E' && text[length + 1] is '+' or '-')
        {
            var exponent = Run(text[(length + 2)..], char.IsAsciiDigit);
            length += exponent > 0 ? exponent + 2 : 0;
        }

        return length;
    }

    private static int Run(ReadOnlySpan<char> text, Func<char, bool> belongs)
    {
        var length = 0;
        while (length < text.Length && belongs(text[length]))
        {
            length++;
        }

        return length;
    }
}
