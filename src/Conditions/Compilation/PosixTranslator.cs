using System.Globalization;
using System.Text;

namespace Saker.Conditions.Compilation;

/// <summary>Reads an expression in POSIX syntax and writes it in .NET's. Used once.</summary>
internal sealed class PosixTranslator(string pattern)
{
    private const int MaximumNesting = 100;

    private int position;
    private int nesting;

    public string Translate()
    {
        var result = ReadAlternatives();
        return position < pattern.Length ? throw Fail("unexpected ): " + pattern) : result;
    }

    private string ReadAlternatives()
    {
        var result = new StringBuilder();
        result.Append(ReadSequence());
        while (position < pattern.Length && pattern[position] == '|')
        {
            position++;
            result.Append('|').Append(ReadSequence());
        }

        return result.ToString();
    }

    private string ReadSequence()
    {
        var result = new StringBuilder();
        while (position < pattern.Length && pattern[position] is not ('|' or ')'))
        {
            var atom = ReadAtom();
            while (ReadRepetition() is { } repetition)
            {
                atom = $"(?:{atom}){repetition}";
            }

            result.Append(atom);
        }

        return result.ToString();
    }

    private string ReadAtom()
    {
        var c = pattern[position];
        switch (c)
        {
            case '(':
                return ReadGroup();
            case '[':
                position++;
                return new PosixSetReader(this).Read();
            case '.':
                position++;
                return @"(?:[^\n\uD800-\uDFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF])";
            case '*' or '+' or '?':
                throw Fail($"no argument for repetition operator: {c}");
            case '{' when IsRepetition(out _):
                throw Fail("no argument for repetition operator: {");
            case '^':
                position++;
                return "^";
            case '$':
                position++;
                return "$";
            case '\\':
                return Literal(ReadEscape());
            default:
                return Literal(ReadRune());
        }
    }

    private string ReadGroup()
    {
        position++;
        if (position < pattern.Length && pattern[position] == '?')
        {
            throw Fail("no argument for repetition operator: ?");
        }

        if (++nesting > MaximumNesting)
        {
            throw Fail("groups nest too deeply");
        }

        var inner = ReadAlternatives();
        if (position >= pattern.Length)
        {
            throw Fail("missing ): " + pattern);
        }

        position++;
        nesting--;
        return $"(?:{inner})";
    }

    private string? ReadRepetition()
    {
        if (position >= pattern.Length)
        {
            return null;
        }

        if (pattern[position] is '*' or '+' or '?')
        {
            return pattern[position++].ToString();
        }

        if (pattern[position] != '{' || !IsRepetition(out var end))
        {
            return null;
        }

        var text = pattern[position..end];
        position = end;
        var counts = text[1..^1].Split(',').Where(static bound => bound.Length > 0).Select(ParseCount).ToArray();
        return counts.Max() > PosixRegex.MaximumRepeat || counts[^1] < counts[0] ? throw Fail("invalid repetition size: " + text) : text;
    }

    private static int ParseCount(string digits) => digits.Length > 4 ? int.MaxValue : int.Parse(digits, CultureInfo.InvariantCulture);

    // A brace that starts no counted repetition stands for itself.
    private bool IsRepetition(out int end)
    {
        end = position + 1;
        var valid = SkipCount(ref end);
        if (valid && Is(',', end))
        {
            end++;
            valid = Is('}', end) || SkipCount(ref end);
        }

        return valid && Is('}', end++);
    }

    // A number has no needless zeros in front.
    private bool SkipCount(ref int i)
    {
        var start = i;
        while (i < pattern.Length && char.IsAsciiDigit(pattern[i]))
        {
            i++;
        }

        return i > start && (pattern[start] != '0' || i == start + 1);
    }

    private bool Is(char expected, int i) => i < pattern.Length && pattern[i] == expected;

    public Rune ReadRune()
    {
        if (Rune.TryGetRuneAt(pattern, position, out var rune))
        {
            position += rune.Utf16SequenceLength;
            return rune;
        }

        throw Fail("invalid UTF-8");
    }

    public Rune ReadEscape()
    {
        position++;
        if (position >= pattern.Length)
        {
            throw Fail(@"trailing \");
        }

        var c = pattern[position];
        if (c < 0x80 && !char.IsAsciiLetterOrDigit(c))
        {
            position++;
            return new Rune(c);
        }

        if (c is >= '0' and <= '7')
        {
            return ReadOctal();
        }

        position++;
        return c == 'x' ? ReadHexadecimal() : new Rune(c switch
        {
            'a' => '\a',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            _ => throw Fail($@"invalid escape sequence: \{c}"),
        });
    }

    // Two digits, or any number of them between braces.
    private Rune ReadHexadecimal()
    {
        var close = position < pattern.Length && pattern[position] == '{' ? pattern.IndexOf('}', position) : -1;
        var braced = close > 0;
        var digits = braced ? pattern[(position + 1)..close] : pattern.Substring(position, Math.Min(2, pattern.Length - position));
        if (!braced && digits.Length < 2 || !int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || !Rune.IsValid(code))
        {
            throw Fail(@"invalid escape sequence: \x" + digits);
        }

        position = braced ? close + 1 : position + 2;
        return new Rune(code);
    }

    // \0 and one or two digits after it; \1 to \7 only with a digit after it, for alone it would be a back reference.
    private Rune ReadOctal()
    {
        var start = position;
        var code = 0;
        while (position < pattern.Length && position - start < 3 && pattern[position] is >= '0' and <= '7')
        {
            code = (code * 8) + (pattern[position++] - '0');
        }

        return position - start == 1 && pattern[start] != '0' ? throw Fail($@"invalid escape sequence: \{pattern[start]}") : new Rune(code);
    }

    public char? Peek(int ahead = 0) => position + ahead < pattern.Length ? pattern[position + ahead] : null;

    public void Skip(int count) => position += count;

    public string? TryClassName()
    {
        var end = pattern.IndexOf(":]", position + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var name = pattern[(position + 2)..end];
        position = end + 2;
        return name;
    }

    public FormatException FailMissingBracket(int start) => Fail("missing ]: " + pattern[start..]);

    public int Position => position;

    public static FormatException Fail(string what) => new("invalid regex pattern: " + what);

    private static string Literal(Rune rune) => PosixSetReader.Escape(rune);
}
