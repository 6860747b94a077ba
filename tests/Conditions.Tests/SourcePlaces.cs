using Saker.Conditions.Parsing;
using Saker.Conditions.Source;

namespace Saker.Conditions.Tests;

/// <summary>Where things stand in a text, how mistakes show it, and how long numbers are.</summary>
public sealed class SourcePlaces
{
    [Theory]
    [InlineData("abc", 1, 1, "abc\n ^")]
    [InlineData("abc", 0, 3, "abc\n^^^")]
    [InlineData("abc", 0, 0, "abc\n^")]
    [InlineData("abc", 2, 9, "abc\n  ^")]
    [InlineData("abc", 3, 1, "abc\n   ^")]
    [InlineData("abc", 9, 2, "abc\n   ^")]
    [InlineData("abc", -1, 2, "abc\n^^")]
    [InlineData("", 0, 1, "\n^")]
    // The line of the mistake, without the others.
    [InlineData("ab\ncd\nef", 4, 1, "cd\n ^")]
    [InlineData("ab\ncd\nef", 3, 9, "cd\n^^")]
    [InlineData("ab\ncd\nef", 2, 1, "ab\n  ^")]
    [InlineData("ab\ncd\nef", 6, 1, "ef\n^")]
    [InlineData("ab\ncd\nef", 0, 4, "ab\n^^")]
    [InlineData("\nab", 0, 1, "\n^")]
    [InlineData("\tab\tc", 4, 1, "\tab\tc\n\t  \t^")]
    // A long line is cut around the mistake: a third of the width stands before it.
    [InlineData("0123456789abcdefghij", 0, 2, "012345678…\n^^")]
    [InlineData("0123456789abcdefghij", 3, 2, "012345678…\n   ^^")]
    [InlineData("0123456789abcdefghij", 4, 2, "…123456789…\n    ^^")]
    [InlineData("0123456789abcdefghij", 10, 2, "…789abcdef…\n    ^^")]
    [InlineData("0123456789abcdefghij", 10, 20, "…789abcdef…\n    ^^^^^^")]
    [InlineData("0123456789abcdefghij", 14, 2, "…bcdefghij\n    ^^")]
    [InlineData("0123456789abcdefghij", 18, 2, "…bcdefghij\n        ^^")]
    [InlineData("0123456789abcdefghij", 20, 1, "…bcdefghij\n          ^")]
    [InlineData("012345678", 5, 1, "012345678\n     ^")]
    [InlineData("x\n0123456789abcdefghij\ny", 12, 1, "…789abcdef…\n    ^")]
    [InlineData("x\n0123456789abcdefghij\ny", 2, 1, "012345678…\n^")]
    public void Carets_stand_under_the_wrong_part(string text, int start, int length, string expected) =>
        Assert.Equal(expected, CaretSnippet.Render(text, start, length, 9));

    [Fact]
    public void A_line_is_cut_after_120_characters()
    {
        Assert.Equal(new string('a', 120) + "\n^", CaretSnippet.Render(new string('a', 120), 0, 1));
        Assert.Equal(new string('a', 120) + "…\n^", CaretSnippet.Render(new string('a', 121), 0, 1));
    }

    [Theory]
    [InlineData("ab\ncd\n\nef", 0, 1, 1)]
    [InlineData("ab\ncd\n\nef", 2, 1, 3)]
    [InlineData("ab\ncd\n\nef", 3, 2, 1)]
    [InlineData("ab\ncd\n\nef", 4, 2, 2)]
    [InlineData("ab\ncd\n\nef", 6, 3, 1)]
    [InlineData("ab\ncd\n\nef", 9, 4, 3)]
    [InlineData("ab\ncd\n\nef", 99, 4, 3)]
    [InlineData("ab\ncd\n\nef", -1, 1, 1)]
    public void An_offset_is_a_line_and_a_column(string text, int offset, int line, int column) =>
        Assert.Equal(new SourcePosition(null, line, column), new SourceText(text).Locate(offset));

    [Fact]
    public void A_mistake_is_told_with_file_line_column_and_suggestion()
    {
        var source = new SourceText("a\nbcd", static offset => new SourcePosition("rules.yaml", 10 + offset, 7));
        var range = new SourceRange(source, 3, 2);
        Assert.Equal(("cd", 5), (range.Text, range.End));
        Assert.Equal(new SourcePosition("rules.yaml", 13, 7), new ConditionError(ConditionErrorKind.Syntax, range, 0, "wrong").Position);
        Assert.Equal("rules.yaml:13:7: wrong\nbcd\n ^^", new ConditionError(ConditionErrorKind.Syntax, range, 0, "wrong").ToString());
        var plain = new SourceRange(new SourceText("a\nbcd"), 3, 1);
        Assert.Equal("2:2: wrong (did you mean right?)\nbcd\n ^", new ConditionError(ConditionErrorKind.Syntax, plain, 0, "wrong", "right").ToString());
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("x", 0)]
    [InlineData("5", 1)]
    [InlineData("50x", 2)]
    [InlineData("+5", 2)]
    [InlineData("-5-", 2)]
    [InlineData("+", 0)]
    [InlineData("-x", 0)]
    [InlineData("+-5", 0)]
    [InlineData("1.5", 3)]
    [InlineData("1.", 2)]
    [InlineData("1.x", 2)]
    [InlineData("1.5.2", 3)]
    [InlineData(".5", 0)]
    [InlineData("1e+3", 4)]
    [InlineData("1E-30", 5)]
    [InlineData("1.5e+3", 6)]
    [InlineData("1e3", 1)]
    [InlineData("1e+", 1)]
    [InlineData("1e", 1)]
    [InlineData("1e+x", 1)]
    [InlineData("1ex3", 1)]
    [InlineData("1x+3", 1)]
    [InlineData("0x1F", 4)]
    [InlineData("0Xff-", 4)]
    [InlineData("0x", 1)]
    [InlineData("0x-", 1)]
    [InlineData("0", 1)]
    [InlineData("-0x1", 2)]
    [InlineData("10x1", 2)]
    public void A_text_starts_with_a_number_of_so_many_characters(string text, int length)
    {
        Assert.Equal(length, NumberSyntax.PrefixLength(text));
        Assert.Equal(length > 0 && length == text.Length, NumberSyntax.IsNumber(text));
    }

    [Fact]
    public void Length_and_nesting_of_a_condition_have_their_bounds()
    {
        var blanks = new string(' ', ConditionParser.MaximumLength - 1);
        Assert.Equal("", Errors("a" + blanks));
        Assert.Equal("TooComplex 0+0 the condition is longer than 1048576 characters", Errors("aa" + blanks));
        Assert.Equal("", Errors(Nested("(", 200, "a", ")")));
        Assert.Equal("TooComplex 201+1 parentheses nest deeper than 200", Errors(Nested("(", 201, "a", ")")));
        Assert.Equal("", Errors(string.Join(" and ", Enumerable.Repeat("(a)", 300))));
        Assert.Equal("", Errors(Nested("tolower(", 200, "a", ")") + " = a"));
        Assert.Equal("Syntax 1608+1 functions nest deeper than 200", Errors(Nested("tolower(", 201, "a", ")") + " = a"));
        Assert.Equal("", Errors(string.Join(" and ", Enumerable.Repeat("len(a) = 1", 300))));

        static string Nested(string open, int depth, string inner, string close) =>
            string.Concat(Enumerable.Repeat(open, depth)) + inner + string.Concat(Enumerable.Repeat(close, depth));

        static string Errors(string text)
        {
            var errors = new List<ConditionError>();
            var parsed = ConditionParser.Parse(new SourceText(text), errors);
            Assert.Equal(parsed is null, errors.Count > 0);
            return string.Join(";", errors.Select(static error => $"{error.Kind} {error.Range.Start}+{error.Range.Length} {error.Message}"));
        }
    }
}
