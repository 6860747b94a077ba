using System.Text;
using Saker.Conditions.Compilation;

namespace Saker.Conditions.Tests;

/// <summary>Regular expressions in POSIX syntax as RE2 reads them: what they match, and how the wrong ones are refused.</summary>
public sealed class RegularExpressions
{
    /// <summary>Which characters are in a class, in the C locale.</summary>
    private static readonly Dictionary<string, Func<char, bool>> classes = new()
    {
        ["alnum"] = char.IsAsciiLetterOrDigit,
        ["alpha"] = char.IsAsciiLetter,
        ["ascii"] = char.IsAscii,
        ["blank"] = static c => c is ' ' or '\t',
        ["cntrl"] = static c => c is < ' ' or '\x7F',
        ["digit"] = char.IsAsciiDigit,
        ["graph"] = static c => c is > ' ' and < '\x7F',
        ["lower"] = char.IsAsciiLetterLower,
        ["print"] = static c => c is >= ' ' and < '\x7F',
        ["punct"] = static c => char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c)),
        ["space"] = static c => c is ' ' or (>= '\t' and <= '\r'),
        ["upper"] = char.IsAsciiLetterUpper,
        ["word"] = static c => char.IsAsciiLetterOrDigit(c) || c == '_',
        ["xdigit"] = char.IsAsciiHexDigit,
    };

    public static TheoryData<string> Classes() => [.. classes.Keys];

    [Theory]
    [MemberData(nameof(Classes))]
    public void A_class_has_its_characters_and_its_negation_has_all_others(string name)
    {
        var within = PosixRegex.Compile($"[[:{name}:]]");
        var without = PosixRegex.Compile($"[[:^{name}:]]");
        var outside = PosixRegex.Compile($"[^[:{name}:]]");
        foreach (var c in Enumerable.Range(0, 0x180).Concat([0x2028, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF]).Select(static code => (char)code))
        {
            var member = classes[name](c);
            Assert.True(within.IsMatch(c.ToString()) == member, $"U+{(int)c:X4} in {name}");
            Assert.True(without.IsMatch(c.ToString()) != member, $"U+{(int)c:X4} in ^{name}");
            Assert.True(outside.IsMatch(c.ToString()) != member, $"U+{(int)c:X4} outside {name}");
        }
    }

    [Theory]
    // One character each, also beyond U+FFFF, and never half of one.
    [InlineData("", "", "a")]
    [InlineData("a", "a", "¦b¦aa¦A")]
    [InlineData(".", "a¦\r¦ä¦😀", "¦\n¦aa¦😀😀")]
    [InlineData("..", "ab¦a😀¦😀😀", "a¦😀¦abc")]
    [InlineData("😀", "😀", "😁¦😀😀")]
    [InlineData("😀+", "😀¦😀😀", "¦😁")]
    [InlineData("[😀]", "😀", "😁¦a")]
    [InlineData("[a😀b😁]", "a¦b¦😀¦😁", "c¦😂")]
    [InlineData("[^a]", "b¦\n¦😀¦ä", "¦a¦bb")]
    [InlineData("[^^]", "a¦!", "^")]
    [InlineData("[a^]", "a¦^", "b")]
    // Sets: a bracket may stand first, a hyphen at either end.
    [InlineData("[]a]", "]¦a", "b¦[]a]")]
    [InlineData("[^]a]", "b¦^", "]¦a")]
    [InlineData("[-a]", "-¦a", "b")]
    [InlineData("[a-]", "-¦a", "b")]
    [InlineData("[^-a]", "b", "-¦a")]
    [InlineData("[b-d]", "b¦c¦d", "a¦e¦-")]
    [InlineData("[b-b]", "b", "a¦c¦-")]
    [InlineData("[a-ce-g_]", "a¦b¦c¦e¦g¦_", "d¦h¦-")]
    [InlineData("[\\]-_]", "]¦^¦_", "\\¦`¦-")]
    [InlineData("[\\x41-\\x43]", "A¦B¦C", "@¦D")]
    [InlineData("[+--]", "+¦,¦-", "*¦.")]
    [InlineData("[a[:digit:]z]", "a¦z¦5", "b¦:¦[")]
    [InlineData("[[:digit:][:upper:]]", "5¦A", "a¦:¦]")]
    [InlineData("[[]", "[", "]¦:")]
    [InlineData("[[a]", "[¦a", "]¦:")]
    [InlineData("[[:]", "[¦:", "]")]
    [InlineData("[[:a]", "[¦:¦a", "]")]
    [InlineData("[:a:]", ":¦a", "b¦[¦]")]
    [InlineData("[\\n]", "\n", "n¦\\")]
    [InlineData("[.]", ".", "a")]
    [InlineData("[é-ö]", "é¦ö¦ï", "è¦ø")]
    // Repetitions.
    [InlineData("a*", "¦a¦aaaa", "b¦ab")]
    [InlineData("a+", "a¦aaaa", "¦b")]
    [InlineData("a?", "¦a", "aa")]
    [InlineData("ab*", "a¦abb", "abab¦b")]
    [InlineData("a{3}", "aaa", "aa¦aaaa")]
    [InlineData("a{2,}", "aa¦aaaaa", "a¦")]
    [InlineData("a{2,3}", "aa¦aaa", "a¦aaaa")]
    [InlineData("a{0}", "", "a")]
    [InlineData("a{0,1}b", "b¦ab", "aab")]
    [InlineData("(ab){2}", "abab", "ab¦ababab")]
    [InlineData("a{2}{2}", "aaaa", "aa¦aaa¦aaaaa")]
    [InlineData("a+*", "¦aa", "b")]
    [InlineData("(ab|b)+c", "abc¦bababc", "c¦ab")]
    [InlineData("a{", "a{", "a¦a{{")]
    [InlineData("a{}", "a{}", "a")]
    [InlineData("a{,2}", "a{,2}", "¦a¦aa")]
    [InlineData("a{2", "a{2", "aa")]
    [InlineData("a{2,", "a{2,", "aa")]
    [InlineData("a{2,3", "a{2,3", "aa")]
    [InlineData("a{01}", "a{01}", "a")]
    [InlineData("a{00}", "a{00}", "")]
    [InlineData("a{2,03}", "a{2,03}", "aa")]
    [InlineData("a{0,0}", "", "a")]
    [InlineData("a{10}", "aaaaaaaaaa", "a")]
    [InlineData("a{2,}b", "aab", "ab")]
    [InlineData("a{2x}", "a{2x}", "aa")]
    [InlineData("a{2,3x}", "a{2,3x}", "aa")]
    [InlineData("{", "{", "")]
    [InlineData("{x}", "{x}", "x")]
    [InlineData("}", "}", "")]
    [InlineData("a]", "a]", "a")]
    // Alternatives and groups.
    [InlineData("a|b", "a¦b", "¦ab")]
    [InlineData("a|", "¦a", "b")]
    [InlineData("|b", "¦b", "a")]
    [InlineData("ab|cd", "ab¦cd", "acd¦abd")]
    [InlineData("a(b|c)d", "abd¦acd", "ad¦abcd")]
    [InlineData("()", "", "(")]
    [InlineData("((a))b", "ab", "a¦b")]
    [InlineData("(a|b)(c|d)", "ac¦ad¦bc¦bd", "a¦cd")]
    // The whole value must match; ^ and $ stand at the ends of lines.
    [InlineData("^a$", "a", "\na¦a\n")]
    [InlineData("a\n^b", "a\nb", "ab¦a\n^b")]
    [InlineData("a$\nb", "a\nb", "a$\nb")]
    [InlineData("a$b", null, "ab¦a$b")]
    [InlineData("a^b", null, "ab¦a^b")]
    [InlineData("a", "a", "a\n")]
    // Escapes.
    [InlineData("\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\^\\$\\\\", ".*+?()[]{}|^$\\", "x")]
    [InlineData("\\a\\f\\n\\r\\t\\v", "\a\f\n\r\t\v", "afnrtv")]
    [InlineData("\\-\\ \\/\\_\\\"", "- /_\"", "x")]
    [InlineData("\\x41", "A", "x41¦\\x41")]
    [InlineData("\\x411", "A1", "\u0411")]
    [InlineData("\\x{41}", "A", "x{41}")]
    [InlineData("\\x{e4}b", "äb", "ä¦b")]
    [InlineData("\\x{1F600}", "😀", "a")]
    [InlineData("\\x{01F600}", "😀", "a")]
    [InlineData("\\x{000000000041}a{2}", "Aaa", "A")]
    [InlineData("\\70", "8", "70")]
    [InlineData("\\x{10FFFF}", "\U0010FFFF", "a")]
    [InlineData("\\0", "\0", "0")]
    [InlineData("\\07", "\a", "7")]
    [InlineData("\\012", "\n", "12")]
    [InlineData("\\0101", "\b1", "A")]
    [InlineData("\\101", "A", "1")]
    [InlineData("\\1018", "A8", "A")]
    [InlineData("\\777", "\u01FF", "7")]
    [InlineData("\\078", "\a8", "\a")]
    public void A_pattern_matches_whole_values(string pattern, string? matching, string others)
    {
        var regex = PosixRegex.Compile(pattern);
        Assert.All(matching?.Split('¦') ?? [], value => Assert.True(regex.IsMatch(value), $"{pattern} and {value}"));
        Assert.All(others.Split('¦'), value => Assert.False(regex.IsMatch(value), $"{pattern} and {value}"));
    }

    [Theory]
    [InlineData(")", "unexpected ): )")]
    [InlineData("a)b", "unexpected ): a)b")]
    [InlineData("(a))", "unexpected ): (a))")]
    [InlineData("(", "missing ): (")]
    [InlineData("(a|b", "missing ): (a|b")]
    [InlineData("((a)", "missing ): ((a)")]
    [InlineData("(?", "no argument for repetition operator: ?")]
    [InlineData("(?:a)", "no argument for repetition operator: ?")]
    [InlineData("*a", "no argument for repetition operator: *")]
    [InlineData("+", "no argument for repetition operator: +")]
    [InlineData("a|?", "no argument for repetition operator: ?")]
    [InlineData("(*a)", "no argument for repetition operator: *")]
    [InlineData("{2}", "no argument for repetition operator: {")]
    [InlineData("a|{2,}", "no argument for repetition operator: {")]
    [InlineData("{2,30}a", "no argument for repetition operator: {")]
    [InlineData("a{1001}", "invalid repetition size: {1001}")]
    [InlineData("a{0,1001}", "invalid repetition size: {0,1001}")]
    [InlineData("a{1001,}", "invalid repetition size: {1001,}")]
    [InlineData("a{99999999999}", "invalid repetition size: {99999999999}")]
    [InlineData("a{3,2}b", "invalid repetition size: {3,2}")]
    [InlineData("[", "missing ]: [")]
    [InlineData("x[a", "missing ]: [a")]
    [InlineData("[]", "missing ]: []")]
    [InlineData("[^", "missing ]: [^")]
    [InlineData("[^]", "missing ]: [^]")]
    [InlineData("[a-", "missing ]: [a-")]
    [InlineData("b[a-c", "missing ]: [a-c")]
    [InlineData("[[:alpha:]", "missing ]: [[:alpha:]")]
    [InlineData("[z-a]", "invalid character class range: z-a")]
    [InlineData("[a-b-c]", "invalid character class range: -c")]
    [InlineData("[a--]", "invalid character class range: a--")]
    [InlineData("[[:digit:]-z]", "invalid character class range: -z")]
    [InlineData("[[:nope:]]", "invalid character class range: [:nope:]")]
    [InlineData("[[::]]", "invalid character class range: [::]")]
    [InlineData("[^😀]", "characters beyond U+FFFF in a negated set")]
    [InlineData("[a-😀]", "invalid character class range: a-😀")]
    [InlineData("[\\d]", "invalid escape sequence: \\d")]
    [InlineData("[a\\", "trailing \\")]
    [InlineData("a\\", "trailing \\")]
    [InlineData("\\d", "invalid escape sequence: \\d")]
    [InlineData("\\b", "invalid escape sequence: \\b")]
    [InlineData("\\Z", "invalid escape sequence: \\Z")]
    [InlineData("\\é", "invalid escape sequence: \\é")]
    [InlineData("\\\u0080", "invalid escape sequence: \\\u0080")]
    [InlineData("\\1", "invalid escape sequence: \\1")]
    [InlineData("\\18", "invalid escape sequence: \\1")]
    [InlineData("a\\7", "invalid escape sequence: \\7")]
    [InlineData("\\8", "invalid escape sequence: \\8")]
    [InlineData("\\x", "invalid escape sequence: \\x")]
    [InlineData("\\x4", "invalid escape sequence: \\x4")]
    [InlineData("\\x4g", "invalid escape sequence: \\x4g")]
    [InlineData("\\x{", "invalid escape sequence: \\x{")]
    [InlineData("\\x{}", "invalid escape sequence: \\x")]
    [InlineData("\\x{4g}", "invalid escape sequence: \\x4g")]
    [InlineData("\\x{41", "invalid escape sequence: \\x{4")]
    [InlineData("\\x{D800}", "invalid escape sequence: \\xD800")]
    [InlineData("\\x{110000}", "invalid escape sequence: \\x110000")]
    [InlineData("\\x{FFFFFFFF}", "invalid escape sequence: \\xFFFFFFFF")]
    [InlineData("\\x{100000041}", "invalid escape sequence: \\x100000041")]
    [InlineData("[[:", "missing ]: [[:")]
    public void A_wrong_pattern_is_refused_in_the_words_of_RE2(string pattern, string error)
    {
        PosixRegex.Check(pattern, out var found);
        Assert.Equal("invalid regex pattern: " + error, found);
    }

    [Fact]
    public void Half_a_character_is_no_text()
    {
        PosixRegex.Check("a\ud800", out var error);
        Assert.Equal("invalid regex pattern: invalid UTF-8", error);
    }

    [Fact]
    public void Length_nesting_and_size_have_their_bounds()
    {
        Assert.Null(Error(new string('a', 1000)));
        Assert.Equal("invalid regex pattern: longer than 1000 characters", Error(new string('a', 1001)));
        Assert.Null(Error(Nested(100)));
        Assert.Equal("invalid regex pattern: groups nest too deeply", Error(Nested(101)));
        Assert.Null(Error(Times("(a)", 101)));
        Assert.Null(Error("a{1000}"));
        Assert.Equal("invalid regex pattern: too large: a{1000}{1000}", Error("a{1000}{1000}"));
        Assert.Equal("invalid regex pattern: too large: ((a{1000}b){1000}){1000}", Error("((a{1000}b){1000}){1000}"));
        Assert.Equal("invalid regex pattern: too large: .{1000}{5}", Error(".{1000}{5}"));

        static string? Error(string pattern)
        {
            PosixRegex.Check(pattern, out var error);
            return error;
        }

        static string Nested(int depth) => new string('(', depth) + "a" + new string(')', depth);

        static string Times(string part, int count) => string.Concat(Enumerable.Repeat(part, count));
    }

    [Fact]
    public void A_condition_matches_long_values_and_bytes_that_are_no_text()
    {
        Assert.True(Matches("a+", new string('a', 512)));
        Assert.True(Matches("a+", new string('a', 513)));
        Assert.False(Matches("a+", new string('a', 600) + "b"));
        Assert.False(Matches("a+", new string('a', 511) + "b"));
        Assert.True(Matches("é+", new string('é', 300)));
        var condition = new ConditionCompiler(Operators.Catalogue).Compile("text regex \"a\\\\x{FFFD}b\"", [])!;
        Assert.True(condition.Evaluate(new Support.TableContext().Set("text", [(byte)'a', 0xFF, (byte)'b'])));

        static bool Matches(string pattern, string value) =>
            new ConditionCompiler(Operators.Catalogue).Compile($"text regex {pattern}", [])!.Evaluate(new Support.TableContext().Set("text", Encoding.UTF8.GetBytes(value)));
    }
}
