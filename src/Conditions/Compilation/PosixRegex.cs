using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Saker.Conditions.Compilation;

/// <summary>
/// Reads regular expressions in POSIX syntax as RE2 does (no <c>\d</c>, <c>\b</c>, <c>(?…)</c>) and gives the same language
/// to .NET's non-backtracking engine, whose time is linear in the value. Why not an engine of our own: docs/decisions/0031.
/// </summary>
internal static class PosixRegex
{
    /// <summary>The most that a single repetition may count to, as in RE2.</summary>
    public const int MaximumRepeat = 1000;

    private const int MaximumNesting = 100;
    private const int MaximumLength = 1000;
    private const int MaximumStates = 10_000;

    /// <summary>Tells what is wrong with an expression; null when nothing is.</summary>
    public static void Check(string pattern, out string? error)
    {
        error = null;
        try
        {
            _ = Compile(pattern);
        }
        catch (FormatException exception)
        {
            error = exception.Message;
        }
    }

    /// <summary>Compiles an expression so that it matches whole values only.</summary>
    /// <exception cref="FormatException">The expression is wrong; the message says how.</exception>
    public static Regex Compile(string pattern)
    {
        if (pattern.Length > MaximumLength)
            throw new FormatException($"invalid regex pattern: longer than {MaximumLength} characters");
        const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.CultureInvariant;
        return new Regex($@"\A(?:{new Translator(pattern).Translate()})\z", Options);
    }

    private sealed class Translator(string pattern)
    {
        private int position;
        private int nesting;
        private long states;

        public string Translate()
        {
            string result = ReadAlternatives();
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
                long before = states;
                string atom = ReadAtom();
                while (ReadRepetition(out int count) is { } repetition)
                {
                    atom = $"(?:{atom}){repetition}";
                    states = before + ((states - before) * count);
                    if (states > MaximumStates)
                        throw Fail("too large: " + pattern);
                }
                result.Append(atom);
            }
            return result.ToString();
        }

        private string ReadAtom()
        {
            char c = pattern[position];
            states++;
            switch (c)
            {
                case '(':
                    return ReadGroup();
                case '[':
                    position++;
                    return new SetReader(this).Read();
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
                throw Fail("no argument for repetition operator: ?");
            if (++nesting > MaximumNesting)
                throw Fail("groups nest too deeply");
            string inner = ReadAlternatives();
            if (position >= pattern.Length)
                throw Fail("missing ): " + pattern);
            position++;
            nesting--;
            return $"(?:{inner})";
        }

        private string? ReadRepetition(out int count)
        {
            count = 1;
            if (position >= pattern.Length)
                return null;
            if (pattern[position] is '*' or '+' or '?')
                return pattern[position++].ToString();
            if (pattern[position] != '{' || !IsRepetition(out int end))
                return null;
            string text = pattern[position..end];
            position = end;
            var counts = text[1..^1].Split(',').Where(static bound => bound.Length > 0).Select(ParseCount).ToArray();
            count = Math.Max(counts[^1], 1);
            return counts.Max() > MaximumRepeat || counts[^1] < counts[0] ? throw Fail("invalid repetition size: " + text) : text;
        }

        private static int ParseCount(string digits) => digits.Length > 4 ? int.MaxValue : int.Parse(digits, CultureInfo.InvariantCulture);

        // A brace that starts no counted repetition stands for itself.
        private bool IsRepetition(out int end)
        {
            int i = position + 1;
            int digits = i;
            while (i < pattern.Length && char.IsAsciiDigit(pattern[i]))
                i++;
            bool valid = i > digits;
            if (valid && i < pattern.Length && pattern[i] == ',')
            {
                i++;
                while (i < pattern.Length && char.IsAsciiDigit(pattern[i]))
                    i++;
            }
            end = i + 1;
            return valid && i < pattern.Length && pattern[i] == '}';
        }

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
                throw Fail(@"trailing \");
            char c = pattern[position];
            if (c < 0x80 && !char.IsAsciiLetterOrDigit(c))
            {
                position++;
                return new Rune(c);
            }
            int code = c switch
            {
                'a' => 7,
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'v' => '\v',
                'x' => -16,
                >= '0' and <= '7' => -8,
                _ => throw Fail($@"invalid escape sequence: \{c}"),
            };
            if (code >= 0)
            {
                position++;
                return new Rune(code);
            }
            return code == -16 ? ReadHexadecimal() : ReadOctal();
        }

        private Rune ReadHexadecimal()
        {
            position++;
            int close = position < pattern.Length && pattern[position] == '{' ? pattern.IndexOf('}', position) : -1;
            string digits = close > 0 ? pattern[(position + 1)..close] : pattern.Substring(position, Math.Min(2, pattern.Length - position));
            bool valid = digits.Length is > 0 and <= 6 && (close > 0 || digits.Length == 2);
            if (!valid || !int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code) || !Rune.IsValid(code))
                throw Fail(@"invalid escape sequence: \x" + digits);
            position = close > 0 ? close + 1 : position + 2;
            return new Rune(code);
        }

        // \0 and one or two digits after it; \1 to \7 only with a digit after it, for alone it would be a back reference.
        private Rune ReadOctal()
        {
            int start = position;
            int code = 0;
            while (position < pattern.Length && position - start < 3 && pattern[position] is >= '0' and <= '7')
                code = (code * 8) + (pattern[position++] - '0');
            return position - start == 1 && pattern[start] != '0' ? throw Fail($@"invalid escape sequence: \{pattern[start]}") : new Rune(code);
        }

        public char? Peek(int ahead = 0) => position + ahead < pattern.Length ? pattern[position + ahead] : null;

        public void Skip(int count) => position += count;

        public string? TryClassName()
        {
            int end = pattern.IndexOf(":]", position, StringComparison.Ordinal);
            if (end < 0)
                return null;
            string name = pattern[(position + 2)..end];
            position = end + 2;
            return name;
        }

        public FormatException FailMissingBracket(int start) => Fail("missing ]: " + pattern[start..]);

        public int Position => position;

        public static FormatException Fail(string what) => new("invalid regex pattern: " + what);

        private static string Literal(Rune rune) => SetReader.Escape(rune);
    }

    /// <summary>Reads <c>[…]</c>, the opening bracket read already.</summary>
    private sealed class SetReader(Translator input)
    {
        private const string AnyPair = @"[\uD800-\uDBFF][\uDC00-\uDFFF]";
        private readonly StringBuilder members = new();
        private readonly List<string> pairs = [];
        private readonly int start = input.Position - 1;

        public string Read()
        {
            bool negated = input.Peek() == '^';
            if (negated)
                input.Skip(1);
            for (bool first = true; first || input.Peek() != ']'; first = false)
                ReadMember(first);
            input.Skip(1);
            if (negated)
                return pairs.Count == 0 ? $@"(?:[^{members}\uD800-\uDFFF]|{AnyPair})" : throw Translator.Fail("characters beyond U+FFFF in a negated set");
            string set = members.Length == 0 ? "" : $"[{members}]";
            return pairs.Count == 0 ? set : $"(?:{string.Join('|', set.Length == 0 ? pairs : [set, .. pairs])})";
        }

        private void ReadMember(bool first)
        {
            if (input.Peek() is not { } c)
                throw input.FailMissingBracket(start);
            // POSIX takes a hyphen for itself only at either end of the set.
            if (c == '-' && !first && input.Peek(1) is { } after && after != ']')
                throw Translator.Fail("invalid character class range: -" + after);
            if (c == '[' && input.Peek(1) == ':')
            {
                members.Append(Class(input.TryClassName() ?? throw input.FailMissingBracket(start)));
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
                throw Translator.Fail($"invalid character class range: {low}-{high}");
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
                members.Append(Escape(rune));
            else
                pairs.Add(Escape(rune));
        }

        public static string Escape(Rune rune)
        {
            Span<char> units = stackalloc char[2];
            int length = rune.EncodeToUtf16(units);
            if (length == 1)
                return char.IsAsciiLetterOrDigit(units[0]) ? units[0].ToString() : $@"\u{(int)units[0]:X4}";
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
            _ => throw Translator.Fail($"invalid character class range: [:{name}:]"),
        };
    }
}
