using System.Text;

namespace Saker.Conditions.Compilation;

/// <summary>Reads <c>[…]</c>, the opening bracket read already.</summary>
internal sealed class PosixSetReader(PosixTranslator input)
{
    private const string AnyPair = @"[\uD800-\uDBFF][\uDC00-\uDFFF]";
    private readonly StringBuilder members = new();
    private readonly List<string> pairs = [];
    private readonly int start = input.Position - 1;

    public string Read()
    {
        var negated = input.Peek() == '^';
        if (negated)
        {
            input.Skip(1);
        }

        for (var first = true; first || input.Peek() != ']'; first = false)
        {
            ReadMember(first);
        }

        input.Skip(1);
        if (negated)
        {
            return pairs.Count == 0 ? $@"(?:[^{members}\uD800-\uDFFF]|{AnyPair})" : throw PosixTranslator.Fail("characters beyond U+FFFF in a negated set");
        }

        return $"(?:{string.Join('|', members.Length == 0 ? pairs : [$"[{members}]", .. pairs])})";
    }

    private void ReadMember(bool first)
    {
        if (input.Peek() is not { } c)
        {
            throw input.FailMissingBracket(start);
        }
        // POSIX takes a hyphen for itself only at either end of the set.
        if (c == '-' && !first && input.Peek(1) is { } after && after != ']')
        {
            throw PosixTranslator.Fail("invalid character class range: -" + after);
        }

        // Without its end it is no class, and the bracket stands for itself.
        if (c == '[' && input.Peek(1) == ':' && input.TryClassName() is { } name)
        {
            members.Append(Class(name));
            return;
        }

        var low = ReadOne();
        if (input.Peek() != '-' || input.Peek(1) is null or ']')
        {
            Add(low);
            return;
        }

        input.Skip(1);
        var high = ReadOne();
        if (high.Value < low.Value || !high.IsBmp)
        {
            throw PosixTranslator.Fail($"invalid character class range: {low}-{high}");
        }

        members.Append(Escape(low)).Append('-').Append(Escape(high));
    }

    private Rune ReadOne() => input.Peek() switch
    {
        null => throw input.FailMissingBracket(start),
        '\\' => input.ReadEscape(),
        _ => input.ReadRune(),
    };

    private void Add(Rune rune)
    {
        if (rune.IsBmp)
        {
            members.Append(Escape(rune));
        }
        else
        {
            pairs.Add(Escape(rune));
        }
    }

    public static string Escape(Rune rune)
    {
        Span<char> units = stackalloc char[2];
        var length = rune.EncodeToUtf16(units);
        if (length == 1)
        {
            return char.IsAsciiLetterOrDigit(units[0]) ? units[0].ToString() : $@"\u{(int)units[0]:X4}";
        }

        return $@"(?:\u{(int)units[0]:X4}\u{(int)units[1]:X4})";
    }

    // Negated classes are written as ranges of their own, for .NET's sets know no negation inside.
    private static string Class(string name) => name switch
    {
        "alnum" => "0-9A-Za-z",
        "alpha" => "A-Za-z",
        "ascii" => @"\x00-\x7F",
        "blank" => @"\t ",
        "cntrl" => @"\x00-\x1F\x7F",
        "digit" => "0-9",
        "graph" => "!-~",
        "lower" => "a-z",
        "print" => " -~",
        "punct" => @"!-/:-@\x5B-`{-~",
        "space" => @"\t\n\v\f\r ",
        "upper" => "A-Z",
        "word" => "0-9A-Za-z_",
        "xdigit" => "0-9A-Fa-f",
        "^alnum" => @"\x00-/:-@\x5B-`{-\uD7FF\uE000-\uFFFF",
        "^alpha" => @"\x00-@\x5B-`{-\uD7FF\uE000-\uFFFF",
        "^ascii" => @"\u0080-\uD7FF\uE000-\uFFFF",
        "^blank" => @"\x00-\x08\n-\x1F!-\uD7FF\uE000-\uFFFF",
        "^cntrl" => @" -~\u0080-\uD7FF\uE000-\uFFFF",
        "^digit" => @"\x00-/:-\uD7FF\uE000-\uFFFF",
        "^graph" => @"\x00- \x7F-\uD7FF\uE000-\uFFFF",
        "^lower" => @"\x00-`{-\uD7FF\uE000-\uFFFF",
        "^print" => @"\x00-\x1F\x7F-\uD7FF\uE000-\uFFFF",
        "^punct" => @"\x00- 0-9A-Za-z\x7F-\uD7FF\uE000-\uFFFF",
        "^space" => @"\x00-\x08\x0E-\x1F!-\uD7FF\uE000-\uFFFF",
        "^upper" => @"\x00-@\x5B-\uD7FF\uE000-\uFFFF",
        "^word" => @"\x00-/:-@\x5B-^`{-\uD7FF\uE000-\uFFFF",
        "^xdigit" => @"\x00-/:-@G-`g-\uD7FF\uE000-\uFFFF",
        _ => throw PosixTranslator.Fail($"invalid character class range: [:{name}:]"),
    };
}
