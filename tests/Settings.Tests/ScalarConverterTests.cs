using Saker.Alerts;

namespace Saker.Settings.Tests;

public sealed class ScalarConverterTests
{
    public enum Colour
    {
        Red,

        [KeyName("dark-blue")]
        DarkBlue,
    }

    [Theory]
    [InlineData(typeof(string), true)]
    [InlineData(typeof(bool), true)]
    [InlineData(typeof(TimeSpan), true)]
    [InlineData(typeof(double), true)]
    [InlineData(typeof(Colour), true)]
    [InlineData(typeof(Priority), true)]
    [InlineData(typeof(Secret), true)]
    [InlineData(typeof(int), true)]
    [InlineData(typeof(long), true)]
    [InlineData(typeof(uint), true)]
    [InlineData(typeof(ushort), true)]
    [InlineData(typeof(short), true)]
    [InlineData(typeof(byte), true)]
    [InlineData(typeof(ByteSize), true)]
    [InlineData(typeof(object), false)]
    [InlineData(typeof(List<int>), false)]
    [InlineData(typeof(SampleBatching), false)]
    public void One_text_makes_words_numbers_secrets_and_what_parses_itself(Type type, bool expected) => Assert.Equal(expected, ScalarConverter.Supports(type));

    [Theory]
    [InlineData(typeof(int), true)]
    [InlineData(typeof(long), true)]
    [InlineData(typeof(uint), true)]
    [InlineData(typeof(ushort), true)]
    [InlineData(typeof(short), true)]
    [InlineData(typeof(byte), true)]
    [InlineData(typeof(double), false)]
    [InlineData(typeof(string), false)]
    [InlineData(typeof(ByteSize), false)]
    public void Whole_numbers_are_known_by_their_type(Type type, bool expected) => Assert.Equal(expected, ScalarConverter.IsInteger(type));

    public static TheoryData<string, object> Valid => new()
    {
        { " as it is ", " as it is " },
        { "", "" },
        { "true", true },
        { "F", false },
        { "1m30s", TimeSpan.FromSeconds(90) },
        { "0.5", 0.5 },
        { "-1e3", -1000.0 },
        { " 7 ", 7 },
        { "dark-blue", Colour.DarkBlue },
        { " RED ", Colour.Red },
        { "info", Priority.Informational },
        { " Informational ", Priority.Informational },
        { "16MiB", new ByteSize(16 << 20) },
        { "9223372036854775807", long.MaxValue },
        { "-9223372036854775808", long.MinValue },
        { "0x7fffffffffffffff", long.MaxValue },
        { "-0x8000000000000000", long.MinValue },
        { "4294967295", uint.MaxValue },
        { "65535", ushort.MaxValue },
        { "-32768", short.MinValue },
        { "255", byte.MaxValue },
        { "0xAbCdEf09", 0xABCDEF09 },
        { "0x_1f", 31 },
        { "0B1_0", 2 },
        { "0O777", 511 },
    };

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_text_becomes_a_value_of_its_type(string text, object expected)
    {
        Assert.Null(ScalarConverter.Convert(expected.GetType(), text, out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData(typeof(string), "a\0b", "has the character NUL (U+0000) in it; take it out.")]
    [InlineData(typeof(Secret), "\0", "has the character NUL (U+0000) in it; take it out.")]
    [InlineData(typeof(int), "1\0", "has the character NUL (U+0000) in it; take it out.")]
    [InlineData(typeof(bool), "yes", "is not a truth value; did you mean 'true'?")]
    [InlineData(typeof(bool), "On", "is not a truth value; did you mean 'true'?")]
    [InlineData(typeof(bool), "y", "is not a truth value; did you mean 'true'?")]
    [InlineData(typeof(bool), "no", "is not a truth value; did you mean 'false'?")]
    [InlineData(typeof(bool), "OFF", "is not a truth value; did you mean 'false'?")]
    [InlineData(typeof(bool), "n", "is not a truth value; did you mean 'false'?")]
    [InlineData(typeof(bool), "maybe", "is not a truth value; write 'true' or 'false'.")]
    [InlineData(typeof(bool), "", "is not a truth value; write 'true' or 'false'.")]
    [InlineData(typeof(TimeSpan), "5", "has no unit; write '5s' for seconds or '5ms' for milliseconds.")]
    [InlineData(typeof(TimeSpan), "5x", "is not a duration; write it as in '250ms', '30s', '1m30s', '24h' or '7d'.")]
    [InlineData(typeof(double), "x", "is not a number; write it as in '0.5'.")]
    [InlineData(typeof(double), "1,5", "is not a number; write it as in '0.5'.")]
    [InlineData(typeof(double), "NaN", "is not a number; write it as in '0.5'.")]
    [InlineData(typeof(double), "1e999", "is not a number; write it as in '0.5'.")]
    [InlineData(typeof(Colour), "rde", "is not one of red, dark-blue; did you mean 'red'?")]
    [InlineData(typeof(Colour), "darkblue", "is not one of red, dark-blue; did you mean 'dark-blue'?")]
    [InlineData(typeof(Colour), "0", "is not one of red, dark-blue.")]
    [InlineData(typeof(Colour), "red, dark-blue", "is not one of red, dark-blue; did you mean 'red'?")]
    [InlineData(typeof(Colour), "info", "is not one of red, dark-blue.")]
    [InlineData(typeof(Priority), "warn", "is not one of emergency, alert, critical, error, warning, notice, informational, debug; did you mean 'warning'?")]
    [InlineData(typeof(ByteSize), "much", "is not a size; write it as in '16MiB', '1GiB' or '4096'.")]
    [InlineData(typeof(byte), "256", "is out of range; write a number from 0 to 255.")]
    [InlineData(typeof(uint), "-1", "is out of range; write a number from 0 to 4294967295.")]
    [InlineData(typeof(int), "-2147483649", "is out of range; write a number from -2147483648 to 2147483647.")]
    [InlineData(typeof(long), "9223372036854775808", "is out of range; write a number from -9223372036854775808 to 9223372036854775807.")]
    [InlineData(typeof(long), "-9223372036854775809", "is out of range; write a number from -9223372036854775808 to 9223372036854775807.")]
    [InlineData(typeof(int), "-99999999999999999999999999999999999999999999", "is out of range; write a number from -2147483648 to 2147483647.")]
    [InlineData(typeof(int), "0xffffffffffffffffffffffffffffffffffffffff", "is out of range; write a number from -2147483648 to 2147483647.")]
    [InlineData(typeof(int), "099999999999", "is out of range; write a number from -2147483648 to 2147483647.")]
    [InlineData(typeof(int), "-0123", "begins with a zero, which makes it octal for some; write '-123', or '-83' if octal was meant.")]
    [InlineData(typeof(int), "+0123", "begins with a zero, which makes it octal for some; write '123', or '83' if octal was meant.")]
    [InlineData(typeof(int), "0_17", "begins with a zero, which makes it octal for some; write '17', or '15' if octal was meant.")]
    [InlineData(typeof(int), " 00 ", "begins with a zero, which makes it octal for some; write '0'.")]
    [InlineData(typeof(int), "-09", "begins with a zero, which makes it octal for some; write '-9'.")]
    [InlineData(typeof(int), "012a", "is not a whole number; write it in digits, as in '5'.")]
    [InlineData(typeof(int), "5-", "is not a whole number; write it in digits, as in '5'.")]
    [InlineData(typeof(int), "5+", "is not a whole number; write it in digits, as in '5'.")]
    [InlineData(typeof(int), "--5", "is not a whole number; write it in digits, as in '5'.")]
    [InlineData(typeof(int), "-", "is not a whole number; write it in digits, as in '5'.")]
    [InlineData(typeof(int), "+", "is not a whole number; write it in digits, as in '5'.")]
    [InlineData(typeof(int), "1_", "is not a whole number; write it in digits, as in '5'.")]
    [InlineData(typeof(int), "_", "is not a whole number; write it in digits, as in '5'.")]
    [InlineData(typeof(int), "0_x1F", "is not a whole number; write it in digits, as in '5'.")]
    [InlineData(typeof(int), "0x", "is not a whole number; write it in digits, as in '5'.")]
    [InlineData(typeof(int), "0o", "is not a whole number; write it in digits, as in '5'.")]
    [InlineData(typeof(int), "0b", "is not a whole number; write it in digits, as in '5'.")]
    [InlineData(typeof(int), "0b12", "is not a whole number; write it in digits, as in '5'.")]
    [InlineData(typeof(int), "0b1f", "is not a whole number; write it in digits, as in '5'.")]
    [InlineData(typeof(int), "0x1g", "is not a whole number; write it in digits, as in '5'.")]
    [InlineData(typeof(int), "1a", "is not a whole number; write it in digits, as in '5'.")]
    [InlineData(typeof(int), "5 5", "is not a whole number; write it in digits, as in '5'.")]
    public void What_no_value_can_be_made_of_is_said_with_the_cure(Type type, string text, string problem)
    {
        Assert.Equal(problem, ScalarConverter.Convert(type, text, out var value));
        Assert.Null(value);
    }

    [Fact]
    public void A_secret_holds_its_text()
    {
        Assert.Null(ScalarConverter.Convert(typeof(Secret), "hidden", out var value));
        Assert.Equal("hidden", Assert.IsType<Secret>(value).Reveal());
    }

    public static TheoryData<object?, string> Shown => new()
    {
        { null, "" },
        { true, "true" },
        { false, "false" },
        { TimeSpan.FromSeconds(90), "1m30s" },
        { Colour.DarkBlue, "dark-blue" },
        { Colour.Red, "red" },
        { Priority.Informational, "informational" },
        { 1.5, "1.5" },
        { -1234567, "-1234567" },
        { new ByteSize(16 << 20), "16MiB" },
        { new Secret("hidden"), "***" },
        { "as it is", "as it is" },
    };

    [Theory]
    [MemberData(nameof(Shown))]
    public void A_value_is_shown_as_somebody_would_write_it(object? value, string expected) => Assert.Equal(expected, ScalarConverter.Display(value));

    [Fact]
    public void A_type_that_cannot_parse_itself_is_a_mistake_of_ours() =>
        Assert.Throws<InvalidOperationException>(() => ScalarConverter.Convert(typeof(SampleBatching), "x", out _));
}
