using System.Globalization;
using System.Text;

namespace Saker.Templates.Formatting;

/// <summary>Go's quoting, and the escapes of <c>html</c>, <c>js</c> and <c>urlquery</c>.</summary>
internal static class Escapes
{
    public static void Html(ReadOnlySpan<byte> text, ByteBuilder output)
    {
        foreach (var b in text)
        {
            switch (b)
            {
                case 0:
                    output.Append("\ufffd");
                    break;
                case (byte)'"':
                    output.Append("&#34;"u8);
                    break;
                case (byte)'\'':
                    output.Append("&#39;"u8);
                    break;
                case (byte)'&':
                    output.Append("&amp;"u8);
                    break;
                case (byte)'<':
                    output.Append("&lt;"u8);
                    break;
                case (byte)'>':
                    output.Append("&gt;"u8);
                    break;
                default:
                    output.Append([b]);
                    break;
            }
        }
    }

    public static void JavaScript(ReadOnlySpan<byte> text, ByteBuilder output)
    {
        for (; !text.IsEmpty; text = text[Utf8.Next(text, out _)..])
        {
            var used = Utf8.Next(text, out var rune);
            if (rune.Value is '\\' or '\'' or '"')
            {
                output.Append($"\\{rune}");
            }
            else if (rune.Value is '<' or '>' or '&' or '=' or < ' ' || !(rune.IsAscii || IsPrintable(rune)))
            {
                output.Append($"\\u{rune.Value:X4}");
            }
            else
            {
                output.Append(text[..used]);
            }
        }
    }

    public static void UrlQuery(ReadOnlySpan<byte> text, ByteBuilder output)
    {
        foreach (var b in text)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || "-_.~".Contains((char)b))
            {
                output.Append([b]);
            }
            else
            {
                output.Append(b == ' ' ? "+" : $"%{b:X2}");
            }
        }
    }

    /// <summary>A text as Go writes it in its source.</summary>
    public static void Quote(ReadOnlySpan<byte> text, bool asciiOnly, ByteBuilder output)
    {
        output.Append("\""u8);
        while (!text.IsEmpty)
        {
            var used = Utf8.Next(text, out var rune);
            if (rune == Rune.ReplacementChar && used == 1)
            {
                output.Append($"\\x{text[0]:x2}");
            }
            else
            {
                QuoteRune(rune, '"', asciiOnly, output);
            }

            text = text[used..];
        }

        output.Append("\""u8);
    }

    public static void QuoteCharacter(long code, bool asciiOnly, ByteBuilder output)
    {
        output.Append("'"u8);
        QuoteRune(RuneOf(code), '\'', asciiOnly, output);
        output.Append("'"u8);
    }

    /// <summary>The character of a number; U+FFFD for a number that is none.</summary>
    public static Rune RuneOf(long code) => code is >= 0 and <= 0x10FFFF && Rune.IsValid((int)code) ? new Rune((int)code) : Rune.ReplacementChar;

    /// <summary>Whether a text can stand between backquotes.</summary>
    public static bool CanBackquote(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            var used = Utf8.Next(text, out var rune);
            if ((rune == Rune.ReplacementChar && used == 1) || rune.Value is '`' or 0x7f or 0xfeff or (< ' ' and not '\t'))
            {
                return false;
            }

            text = text[used..];
        }

        return true;
    }

    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static void QuoteRune(Rune rune, char quote, bool asciiOnly, ByteBuilder output)
    {
        var index = "\a\b\f\n\r\t\v".IndexOf((char)Math.Min(rune.Value, 0xffff), StringComparison.Ordinal);
        if (rune.Value == quote || rune.Value == '\\')
        {
            output.Append($"\\{rune}");
        }
        else if (IsPrintable(rune) && (rune.IsAscii || !asciiOnly))
        {
            output.Append(rune);
        }
        else if (index >= 0)
        {
            output.Append($"\\{"abfnrtv"[index]}");
        }
        else
        {
            output.Append(rune.Value < 0x80 ? $"\\x{rune.Value:x2}" : rune.Value < 0x10000 ? $"\\u{rune.Value:x4}" : $"\\U{rune.Value:x8}");
        }
    }
}
