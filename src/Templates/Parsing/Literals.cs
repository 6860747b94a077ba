using System.Globalization;
using System.Numerics;
using System.Text;
using Saker.Templates.Values;

namespace Saker.Templates.Parsing;

/// <summary>The values that literals of the language stand for.</summary>
internal static class Literals
{
    /// <summary>The text between the quotes, escapes resolved. A byte escape above 7F that is no UTF-8 becomes U+FFFD.</summary>
    public static string Unquote(string literal, int position)
    {
        var body = literal.AsSpan(1, literal.Length - 2);
        if (literal[0] == '`')
        {
            return body.ToString().Replace("\r", "", StringComparison.Ordinal);
        }

        var bytes = new List<byte>(body.Length);
        Span<byte> utf8 = stackalloc byte[4];
        while (!body.IsEmpty)
        {
            var (value, isByte) = NextUnit(ref body, '"', position);
            if (isByte)
            {
                bytes.Add((byte)value);
            }
            else
            {
                bytes.AddRange(utf8[..new Rune(value).EncodeToUtf8(utf8)]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>The value of a number or character constant; nothing when it is too big for Go's <c>int</c>.</summary>
    /// <exception cref="ParseFault">It is neither.</exception>
    public static TemplateValue? Number(string literal, int position)
    {
        if (literal[0] == '\'')
        {
            var body = literal.AsSpan(1, literal.Length - 2);
            if (!body.IsEmpty && NextUnit(ref body, '\'', position) is var (value, _) && body.IsEmpty)
            {
                return TemplateValue.From(value);
            }

            throw new ParseFault(position, $"malformed character constant: {literal}");
        }

        var text = literal.Replace("_", "", StringComparison.Ordinal);
        if (text.EndsWith('i') && TryFloat(text[..^1], out var imaginary))
        {
            return new ComplexValue(0, imaginary);
        }

        if (TryInteger(text, out var integer))
        {
            return integer >= long.MinValue && integer <= long.MaxValue ? TemplateValue.From((long)integer) : null;
        }

        return TryFloat(text, out var number)
            ? TemplateValue.From(number)
            : throw new ParseFault(position, $"illegal number syntax: \"{literal}\"");
    }

    private static bool TryInteger(string text, out BigInteger value)
    {
        value = 0;
        var digits = text.AsSpan().TrimStart("+-");
        if (digits.IsEmpty || digits.Length > 100)
        {
            return false;
        }

        var (radix, skip) = digits switch
        {
            ['0', 'x' or 'X', ..] => (16, 2),
            ['0', 'o' or 'O', ..] => (8, 2),
            ['0', 'b' or 'B', ..] => (2, 2),
            ['0', _, ..] => (8, 1),
            _ => (10, 0),
        };
        foreach (var c in digits[skip..])
        {
            if (!char.IsAsciiHexDigit(c) || Convert.ToInt32(c.ToString(), 16) is var digit && digit >= radix)
            {
                return false;
            }

            value = (value * radix) + Convert.ToInt32(c.ToString(), 16);
        }

        if (text[0] == '-')
        {
            value = -value;
        }

        return digits.Length > skip;
    }

    private static bool TryFloat(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    private static (int Value, bool IsByte) NextUnit(ref ReadOnlySpan<char> text, char quote, int position)
    {
        if (text[0] != '\\')
        {
            Rune.DecodeFromUtf16(text, out var rune, out var used);
            text = text[used..];
            return (rune.Value, false);
        }

        var escape = text.Length > 1 ? text[1] : '\0';
        var (radix, digits) = escape switch
        {
            'x' => (16, 2),
            'u' => (16, 4),
            'U' => (16, 8),
            >= '0' and <= '7' => (8, 3),
            _ => (0, 0),
        };
        if (radix == 0)
        {
            var index = "abfnrtv\\".IndexOf(escape, StringComparison.Ordinal);
            if (index < 0 && escape != quote)
            {
                throw new ParseFault(position, $"invalid escape \\{escape} in a constant");
            }

            text = text[2..];
            return (index < 0 ? quote : "\a\b\f\n\r\t\v\\"[index], false);
        }

        var skip = radix == 16 ? 2 : 1;
        var value = 0L;
        for (var i = skip; i < skip + digits; i++)
        {
            var digit = i < text.Length && char.IsAsciiHexDigit(text[i]) ? Convert.ToInt32(text[i].ToString(), 16) : radix;
            if (digit >= radix)
            {
                throw new ParseFault(position, $"incomplete escape \\{escape} in a constant");
            }

            value = (value * radix) + digit;
        }

        text = text[(skip + digits)..];
        var isByte = escape is not ('u' or 'U');
        if (isByte ? value > 255 : value > int.MaxValue || !Rune.IsValid((int)value))
        {
            throw new ParseFault(position, $"escape \\{escape} in a constant is out of range");
        }

        return ((int)value, isByte && value > 127);
    }
}
