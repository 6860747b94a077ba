using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Saker.Conditions.Source;

namespace Saker.Conditions.Parsing;

/// <summary>
/// Reads the tokens of a condition. Which tokens are possible depends on the place (a bare value may hold what elsewhere is
/// an operator), so the parser asks for what it expects instead of taking what comes.
/// </summary>
internal sealed class Lexer(SourceText source)
{
    private static readonly SearchValues<char> Blanks = SearchValues.Create(" \t\n\r\b\f\v");
    private static readonly SearchValues<char> BareEnd = SearchValues.Create(" \t\n\r\b\f\v(),=\"'");
    private static readonly SearchValues<char> ArgumentEnd = SearchValues.Create(" \t\n\r\b\f\v[]\"'");

    private readonly string text = source.Text;

    /// <summary>The next character to be read.</summary>
    public int Position { get; set; }

    /// <summary>The last token that was read, for messages.</summary>
    public string LastToken { get; private set; } = "";

    /// <summary>True when nothing is left.</summary>
    public bool AtEnd => Position >= text.Length;

    /// <summary>The part of the text from a start to where the lexer stands.</summary>
    public SourceRange RangeFrom(int start) => new(source, start, Position - start);

    /// <summary>The rest of the token at the cursor, for messages about it.</summary>
    public SourceRange RestOfToken()
    {
        var length = text.AsSpan(Position).IndexOfAny(BareEnd);
        if (length < 0)
        {
            length = text.Length - Position;
        }

        return new SourceRange(source, Position, Math.Max(length, AtEnd ? 0 : 1));
    }

    /// <summary>Skips blanks; true when there was one.</summary>
    public bool SkipBlanks()
    {
        var start = Position;
        var length = text.AsSpan(start).IndexOfAnyExcept(Blanks);
        Position = length < 0 ? text.Length : start + length;
        return Position > start;
    }

    /// <summary>Reads exactly this text.</summary>
    public bool TryText(string expected)
    {
        if (!text.AsSpan(Position).StartsWith(expected, StringComparison.Ordinal))
        {
            return false;
        }

        Position += expected.Length;
        LastToken = expected;
        return true;
    }

    /// <summary>Reads exactly this word, when no letter, digit, underscore or dot follows.</summary>
    public bool TryWord(string expected)
    {
        var end = Position + expected.Length;
        if (!text.AsSpan(Position).StartsWith(expected, StringComparison.Ordinal)
            || (end < text.Length && (IsNamePart(text[end]) || text[end] == '.')))
        {
            return false;
        }

        Position = end;
        LastToken = expected;
        return true;
    }

    /// <summary>Reads <c>not</c> and the blank that must follow it.</summary>
    public bool TryNot()
    {
        var start = Position;
        if (TryText("not") && SkipBlanks())
        {
            return true;
        }

        Position = start;
        return false;
    }

    /// <summary>Reads a name with or without dots: <c>proc.name</c>, <c>spawned_process</c>.</summary>
    public bool TryName([NotNullWhen(true)] out string? name)
    {
        var end = Position;
        while (true)
        {
            if (end >= text.Length || !char.IsAsciiLetter(text[end]))
            {
                break;
            }

            while (end < text.Length && IsNamePart(text[end]))
            {
                end++;
            }

            if (end + 1 >= text.Length || text[end] != '.' || !char.IsAsciiLetter(text[end + 1]))
            {
                break;
            }

            end++;
        }

        name = end > Position ? text[Position..end] : null;
        if (name is null)
        {
            return false;
        }

        Position = end;
        LastToken = name;
        return true;
    }

    /// <summary>Reads a number.</summary>
    public bool TryNumber([NotNullWhen(true)] out string? number)
    {
        var length = NumberSyntax.PrefixLength(text.AsSpan(Position));
        number = length > 0 ? text.Substring(Position, length) : null;
        if (number is null)
        {
            return false;
        }

        Position += length;
        return true;
    }

    /// <summary>Reads a quoted value, its escapes resolved. With a mistake in it the result is true all the same, and the fault is set.</summary>
    public bool TryQuoted(out string value, out (SourceRange Place, string Message)? fault)
    {
        value = "";
        fault = null;
        if (AtEnd || text[Position] is not ('"' or '\''))
        {
            return false;
        }

        var quote = text[Position];
        var start = Position;
        var result = new StringBuilder();
        for (var i = start + 1; i < text.Length; i++)
        {
            var c = text[i];
            if (c == quote)
            {
                Position = i + 1;
                value = result.ToString();
                LastToken = text[start..Position];
                return true;
            }

            if (c != '\\')
            {
                result.Append(c);
                continue;
            }

            if (++i >= text.Length)
            {
                break;
            }

            if (Unescape(text[i], quote) is { } resolved)
            {
                result.Append(resolved);
            }
            else
            {
                fault ??= (new SourceRange(source, i - 1, 2), $"the escape sequence '\\{text[i]}' is not known; a backslash itself is written '\\\\'");
            }
        }

        fault = (new SourceRange(source, start, 1), $"the closing {quote} is missing");
        return true;
    }

    /// <summary>Reads a value without quotes.</summary>
    public bool TryBare([NotNullWhen(true)] out string? value) => TryUntil(BareEnd, out value);

    /// <summary>Reads a field's argument without quotes.</summary>
    public bool TryBareArgument([NotNullWhen(true)] out string? argument) => TryUntil(ArgumentEnd, out argument);

    private bool TryUntil(SearchValues<char> ends, [NotNullWhen(true)] out string? value)
    {
        var length = text.AsSpan(Position).IndexOfAny(ends);
        if (length < 0)
        {
            length = text.Length - Position;
        }

        value = length > 0 ? text.Substring(Position, length) : null;
        if (value is null)
        {
            return false;
        }

        Position += length;
        LastToken = value;
        return true;
    }

    // A backslash before a blank stands for itself: rules in the field are written so.
    private static char? Unescape(char c, char quote) => c switch
    {
        'b' => '\b',
        'f' => '\f',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '\\' or ' ' => '\\',
        '/' => '/',
        _ when c == quote => c,
        _ => null,
    };

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
