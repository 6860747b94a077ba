using System.Globalization;
using System.Text;

namespace Saker.Templates.Parsing;

/// <summary>Cuts a template into tokens, one at a time: what stands between actions is text, the rest is the little language.</summary>
internal sealed class Lexer(string text)
{
    private const string Blanks = " \t\r\n";
    private static readonly HashSet<string> Keywords =
        ["block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"];

    private int position;
    private int parens;
    private bool inAction;
    private bool trimNext;

    public Token Next() => inAction ? NextInAction() : NextOutside();

    private Token NextOutside()
    {
        while (true)
        {
            var start = position;
            var open = text.IndexOf("{{", start, StringComparison.Ordinal);
            var end = open < 0 ? text.Length : open;
            var trimRight = open >= 0 && IsTrimMarker(open + 2);
            var content = text[start..end];
            if (trimNext)
            {
                content = content.TrimStart(Blanks.ToCharArray());
            }

            if (trimRight)
            {
                content = content.TrimEnd(Blanks.ToCharArray());
            }

            trimNext = false;
            position = end;
            if (content.Length > 0)
            {
                return new(TokenKind.Text, content, start, false);
            }

            if (open < 0)
            {
                return new(TokenKind.End, "", end, false);
            }

            position = open + (trimRight ? 4 : 2);
            if (!text.AsSpan(position).StartsWith("/*"))
            {
                inAction = true;
                parens = 0;
                return new(TokenKind.Open, "{{", open, false);
            }

            SkipComment(open);
        }
    }

    private void SkipComment(int open)
    {
        var close = text.IndexOf("*/", position + 2, StringComparison.Ordinal);
        if (close < 0)
        {
            throw new ParseFault(open, "unclosed comment");
        }

        position = close + 2;
        if (!TryClose())
        {
            throw new ParseFault(position, "comment ends before closing delimiter");
        }
    }

    // The minus of a trim marker needs a blank beside it: {{-3}} is a number.
    private bool IsTrimMarker(int at) => at + 1 < text.Length && text[at] == '-' && Blanks.Contains(text[at + 1]);

    /// <summary>Goes past a closing delimiter, with or without its trim marker, if one stands here.</summary>
    private bool TryClose()
    {
        var rest = text.AsSpan(position);
        trimNext = rest.Length > 1 && Blanks.Contains(rest[0]) && rest[1..].StartsWith("-}}");
        if (!trimNext && !rest.StartsWith("}}"))
        {
            return false;
        }

        position += trimNext ? 4 : 2;
        inAction = false;
        return true;
    }

    private Token NextInAction()
    {
        var space = SkipBlanks();
        var start = position;
        if (TryClose())
        {
            return parens == 0 ? new(TokenKind.Close, "}}", start, space) : throw new ParseFault(start, "unclosed left paren");
        }

        if (start >= text.Length)
        {
            throw new ParseFault(start, "unclosed action");
        }

        var c = text[start];
        if (c is '.' && !(start + 1 < text.Length && char.IsAsciiDigit(text[start + 1])))
        {
            return Name(TokenKind.Field, start, space);
        }

        if (c is '+' or '-' or '.' || char.IsAsciiDigit(c))
        {
            return Number(start, space);
        }

        if (c is '$')
        {
            return Name(TokenKind.Variable, start, space);
        }

        if (IsNamePart(RuneAt(start)))
        {
            return Word(start, space);
        }

        position++;
        switch (c)
        {
            case '"':
            case '`':
            case '\'':
                return Quoted(c, start, space);
            case ':' when position < text.Length && text[position] == '=':
                position++;
                return new(TokenKind.Declare, ":=", start, space);
            case ':':
                throw new ParseFault(start, "expected :=");
            case '(':
                parens++;
                return new(TokenKind.LeftParen, "(", start, space);
            case ')' when --parens < 0:
                throw new ParseFault(start, "unexpected right paren");
            case ')':
                return new(TokenKind.RightParen, ")", start, space);
            case '=':
                return new(TokenKind.Assign, "=", start, space);
            case '|':
                return new(TokenKind.Pipe, "|", start, space);
            case ',':
                return new(TokenKind.Comma, ",", start, space);
            default:
                return c is > ' ' and < '\x7f'
                    ? new(TokenKind.Other, c.ToString(), start, space)
                    : throw new ParseFault(start, $"unrecognized character in action: U+{RuneAt(start).Value:X4}");
        }
    }

    private bool SkipBlanks()
    {
        var start = position;
        // The last blank before a closing trim marker belongs to the marker.
        while (position < text.Length && Blanks.Contains(text[position]) && !text.AsSpan(position + 1).StartsWith("-}}"))
        {
            position++;
        }

        return position > start;
    }

    private Token Name(TokenKind kind, int start, bool space)
    {
        position++;
        SkipName();
        RequireTerminator();
        if (kind is TokenKind.Variable)
        {
            return new(kind, text[start..position], start, space);
        }

        return position == start + 1 ? new(TokenKind.Dot, ".", start, space) : new(kind, text[(start + 1)..position], start, space);
    }

    private Token Word(int start, bool space)
    {
        SkipName();
        RequireTerminator();
        var word = text[start..position];
        var kind = word switch
        {
            "true" or "false" => TokenKind.Boolean,
            "nil" => TokenKind.Nil,
            _ => Keywords.Contains(word) ? TokenKind.Keyword : TokenKind.Identifier,
        };
        return new(kind, word, start, space);
    }

    private Token Number(int start, bool space)
    {
        if (text[position] is '+' or '-')
        {
            position++;
        }

        var digits = "0123456789_";
        if (Accept("0"))
        {
            digits = Accept("xX") ? "0123456789abcdefABCDEF_" : Accept("oO") ? "01234567_" : Accept("bB") ? "01_" : digits;
        }

        AcceptRun(digits);
        if (Accept("."))
        {
            AcceptRun(digits);
        }

        if (digits.Length == 11 ? Accept("eE") : digits.Length == 23 && Accept("pP"))
        {
            Accept("+-");
            AcceptRun("0123456789_");
        }

        Accept("i");
        var number = text[start..position];
        if (position < text.Length && IsNamePart(RuneAt(position)))
        {
            throw new ParseFault(start, $"bad number syntax: \"{number}{RuneAt(position)}\"");
        }

        return new(TokenKind.Number, number, start, space);
    }

    private Token Quoted(char quote, int start, bool space)
    {
        for (; position < text.Length; position++)
        {
            var c = text[position];
            if (c == quote)
            {
                position++;
                var kind = quote is '\'' ? TokenKind.Number : TokenKind.String;
                var literal = text[start..position];
                return new(kind, kind is TokenKind.Number ? literal : Literals.Unquote(literal, start), start, space);
            }

            if (quote is not '`' && c is '\n')
            {
                break;
            }

            if (quote is not '`' && c is '\\')
            {
                position++;
            }
        }

        throw new ParseFault(start, quote switch
        {
            '`' => "unterminated raw quoted string",
            '"' => "unterminated quoted string",
            _ => "unterminated character constant",
        });
    }

    private void SkipName()
    {
        while (position < text.Length && RuneAt(position) is var rune && IsNamePart(rune))
        {
            position += rune.Utf16SequenceLength;
        }
    }

    private void RequireTerminator()
    {
        if (position < text.Length && !".,|:()".Contains(text[position]) && !Blanks.Contains(text[position])
            && !text.AsSpan(position).StartsWith("}}"))
        {
            throw new ParseFault(position, $"bad character U+{RuneAt(position).Value:X4}");
        }
    }

    private bool Accept(string set)
    {
        var accepted = position < text.Length && set.Contains(text[position]);
        if (accepted)
        {
            position++;
        }

        return accepted;
    }

    private void AcceptRun(string set)
    {
        while (Accept(set))
        {
        }
    }

    private Rune RuneAt(int at) => Rune.TryGetRuneAt(text, at, out var rune) ? rune : Rune.ReplacementChar;

    private static bool IsNamePart(Rune rune) => rune.Value == '_' || Rune.IsLetter(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber;
}
