using System.Globalization;
using System.Text;

namespace Saker.Templates.Parsing;

/// <summary>Cuts a template into tokens, one at a time: what stands between actions is text, the rest is the little language.</summary>
internal sealed class Lexer(string text)
{
    private const string Blanks = " \t\r\n";
    private static readonly HashSet<string> Keywords =
        ["block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"];

    private int _position;
    private int _parens;
    private bool _inAction;
    private bool _trimNext;

    public Token Next() => _inAction ? NextInAction() : NextOutside();

    private Token NextOutside()
    {
        while (true)
        {
            var start = _position;
            var open = text.IndexOf("{{", start, StringComparison.Ordinal);
            var end = open < 0 ? text.Length : open;
            var trimRight = open >= 0 && IsTrimMarker(open + 2);
            var content = text[start..end];
            if (_trimNext)
                content = content.TrimStart(Blanks.ToCharArray());
            if (trimRight)
                content = content.TrimEnd(Blanks.ToCharArray());
            _trimNext = false;
            _position = end;
            if (content.Length > 0)
                return new(TokenKind.Text, content, start, false);
            if (open < 0)
                return new(TokenKind.End, "", end, false);

            _position = open + (trimRight ? 4 : 2);
            if (!text.AsSpan(_position).StartsWith("/*"))
            {
                _inAction = true;
                _parens = 0;
                return new(TokenKind.Open, "{{", open, false);
            }

            SkipComment(open);
        }
    }

    private void SkipComment(int open)
    {
        var close = text.IndexOf("*/", _position + 2, StringComparison.Ordinal);
        if (close < 0)
            throw new ParseFault(open, "unclosed comment");
        _position = close + 2;
        if (!TryClose())
            throw new ParseFault(_position, "comment ends before closing delimiter");
    }

    // The minus of a trim marker needs a blank beside it: {{-3}} is a number.
    private bool IsTrimMarker(int at) => at + 1 < text.Length && text[at] == '-' && Blanks.Contains(text[at + 1]);

    /// <summary>Goes past a closing delimiter, with or without its trim marker, if one stands here.</summary>
    private bool TryClose()
    {
        var rest = text.AsSpan(_position);
        _trimNext = rest.Length > 1 && Blanks.Contains(rest[0]) && rest[1..].StartsWith("-}}");
        if (!_trimNext && !rest.StartsWith("}}"))
            return false;
        _position += _trimNext ? 4 : 2;
        _inAction = false;
        return true;
    }

    private Token NextInAction()
    {
        var space = SkipBlanks();
        var start = _position;
        if (TryClose())
            return _parens == 0 ? new(TokenKind.Close, "}}", start, space) : throw new ParseFault(start, "unclosed left paren");
        if (start >= text.Length)
            throw new ParseFault(start, "unclosed action");

        var c = text[start];
        if (c is '.' && !(start + 1 < text.Length && char.IsAsciiDigit(text[start + 1])))
            return Name(TokenKind.Field, start, space);
        if (c is '+' or '-' or '.' || char.IsAsciiDigit(c))
            return Number(start, space);
        if (c is '$')
            return Name(TokenKind.Variable, start, space);
        if (IsNamePart(RuneAt(start)))
            return Word(start, space);

        _position++;
        switch (c)
        {
            case '"':
            case '`':
            case '\'':
                return Quoted(c, start, space);
            case ':' when _position < text.Length && text[_position] == '=':
                _position++;
                return new(TokenKind.Declare, ":=", start, space);
            case ':':
                throw new ParseFault(start, "expected :=");
            case '(':
                _parens++;
                return new(TokenKind.LeftParen, "(", start, space);
            case ')' when --_parens < 0:
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
        var start = _position;
        // The last blank before a closing trim marker belongs to the marker.
        while (_position < text.Length && Blanks.Contains(text[_position]) && !text.AsSpan(_position + 1).StartsWith("-}}"))
            _position++;
        return _position > start;
    }

    private Token Name(TokenKind kind, int start, bool space)
    {
        _position++;
        SkipName();
        RequireTerminator();
        if (kind is TokenKind.Variable)
            return new(kind, text[start.._position], start, space);
        return _position == start + 1 ? new(TokenKind.Dot, ".", start, space) : new(kind, text[(start + 1).._position], start, space);
    }

    private Token Word(int start, bool space)
    {
        SkipName();
        RequireTerminator();
        var word = text[start.._position];
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
        if (text[_position] is '+' or '-')
            _position++;
        var digits = "0123456789_";
        if (Accept("0"))
            digits = Accept("xX") ? "0123456789abcdefABCDEF_" : Accept("oO") ? "01234567_" : Accept("bB") ? "01_" : digits;
        AcceptRun(digits);
        if (Accept("."))
            AcceptRun(digits);
        if (digits.Length == 11 ? Accept("eE") : digits.Length == 23 && Accept("pP"))
        {
            Accept("+-");
            AcceptRun("0123456789_");
        }

        Accept("i");
        var number = text[start.._position];
        if (_position < text.Length && IsNamePart(RuneAt(_position)))
            throw new ParseFault(start, $"bad number syntax: \"{number}{RuneAt(_position)}\"");
        return new(TokenKind.Number, number, start, space);
    }

    private Token Quoted(char quote, int start, bool space)
    {
        for (; _position < text.Length; _position++)
        {
            var c = text[_position];
            if (c == quote)
            {
                _position++;
                var kind = quote is '\'' ? TokenKind.Number : TokenKind.String;
                var literal = text[start.._position];
                return new(kind, kind is TokenKind.Number ? literal : Literals.Unquote(literal, start), start, space);
            }

            if (quote is not '`' && c is '\n')
                break;
            if (quote is not '`' && c is '\\')
                _position++;
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
        while (_position < text.Length && RuneAt(_position) is var rune && IsNamePart(rune))
            _position += rune.Utf16SequenceLength;
    }

    private void RequireTerminator()
    {
        if (_position < text.Length && !".,|:()".Contains(text[_position]) && !Blanks.Contains(text[_position])
            && !text.AsSpan(_position).StartsWith("}}"))
            throw new ParseFault(_position, $"bad character U+{RuneAt(_position).Value:X4}");
    }

    private bool Accept(string set)
    {
        var accepted = _position < text.Length && set.Contains(text[_position]);
        if (accepted)
            _position++;
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
