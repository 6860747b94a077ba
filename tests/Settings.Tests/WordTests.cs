using Saker.Text;

namespace Saker.Settings.Tests;

public sealed class WordTests
{
    [Theory]
    [InlineData("chanel", "channel")]
    [InlineData("webhokurl", "webhookurl")]
    [InlineData("WEBHOOKURL", "webhookurl")]
    [InlineData("minimumpriorty", "minimumpriority")]
    [InlineData("foramt", "format")]
    [InlineData("zzzz", null)]
    [InlineData("", null)]
    public void A_typo_finds_what_was_meant(string word, string? expected) =>
        Assert.Equal(expected, NearestWord.Find(word, ["channel", "format", "minimumpriority", "webhookurl"]));

    [Theory]
    [InlineData("warn", "warning")]
    [InlineData("WARN", "warning")]
    [InlineData("information", "info")]
    [InlineData("err", "error")]
    [InlineData("wa", null)]
    [InlineData("deb", null)] // debug or debian
    [InlineData("verbose", null)]
    public void A_shorter_or_longer_form_finds_its_word(string word, string? expected) =>
        Assert.Equal(expected, NearestWord.Find(word, ["debug", "debian", "info", "warning", "error"]));

    [Theory]
    [InlineData("1m30s", 90_000)]
    [InlineData("250ms", 250)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData("-2s", -2_000)]
    [InlineData("0", 0)]
    [InlineData("+2s", 2_000)]
    [InlineData(".5s", 500)]
    [InlineData("1.s", 1_000)]
    [InlineData("1h1m1s1ms", 3_661_001)]
    [InlineData("3000us", 3)]
    [InlineData("3000\u00b5s", 3)]
    [InlineData("3000\u03bcs", 3)]
    [InlineData("5000000ns", 5)]
    public void Durations_are_read_as_Go_writes_them(string text, long milliseconds)
    {
        Assert.True(DurationText.TryParse(text, out var value));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
        Assert.True(DurationText.TryParse(DurationText.Format(value), out var again));
        Assert.Equal(value, again);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("soon")]
    [InlineData("1x")]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("--5s")]
    [InlineData("+-5s")]
    [InlineData("1 s")]
    [InlineData("1,5s")]
    [InlineData("1.2.3s")]
    [InlineData(".s")]
    [InlineData("1S")]
    [InlineData("1M")]
    [InlineData("1e3s")]
    [InlineData("00:00:05")]
    [InlineData("99999999999999999h")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(DurationText.TryParse(text, out _));

    /// <summary>strconv.ParseBool takes these and no other; case beyond them is ours.</summary>
    [Theory]
    [InlineData("1", true)]
    [InlineData("t", true)]
    [InlineData("T", true)]
    [InlineData("true", true)]
    [InlineData("TRUE", true)]
    [InlineData("True", true)]
    [InlineData("0", false)]
    [InlineData("f", false)]
    [InlineData("F", false)]
    [InlineData("false", false)]
    [InlineData("FALSE", false)]
    [InlineData("False", false)]
    [InlineData("yes", null)]
    [InlineData("on", null)]
    [InlineData("2", null)]
    [InlineData("-1", null)]
    [InlineData("", null)]
    public void Truth_values_are_Gos(string text, bool? expected)
    {
        var problem = ScalarConverter.Convert(typeof(bool), text, out var value);
        Assert.Equal(expected, value);
        Assert.Equal(expected is null, problem is not null);
    }

    [Theory]
    [InlineData("5", 5)]
    [InlineData("+5", 5)]
    [InlineData("-5", -5)]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    [InlineData("1_000", 1000)]
    [InlineData("0x1F", 31)]
    [InlineData("0XfF", 255)]
    [InlineData("-0x10", -16)]
    [InlineData("0o17", 15)]
    [InlineData("0b101", 5)]
    [InlineData("2147483647", 2147483647)]
    public void Whole_numbers_are_read_as_Go_reads_them(string text, int expected)
    {
        Assert.Null(ScalarConverter.Convert(typeof(int), text, out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("", "is not a whole number")]
    [InlineData("five", "is not a whole number")]
    [InlineData("5.0", "is not a whole number")]
    [InlineData("1e3", "is not a whole number")]
    [InlineData("1,000", "is not a whole number")]
    [InlineData("0x", "is not a whole number")]
    [InlineData("0xg", "is not a whole number")]
    [InlineData("0o8", "is not a whole number")]
    [InlineData("_1", "is not a whole number")]
    [InlineData("1__0", "is not a whole number")]
    [InlineData("(5)", "is not a whole number")]
    [InlineData("٣", "is not a whole number")]
    [InlineData("2147483648", "is out of range")]
    [InlineData("0123", "begins with a zero, which makes it octal for some; write '123', or '83' if octal was meant.")]
    [InlineData("08", "begins with a zero, which makes it octal for some; write '8'.")]
    [InlineData("007", "begins with a zero, which makes it octal for some; write '7'.")]
    public void What_is_no_whole_number_is_refused(string text, string problem) =>
        Assert.StartsWith(problem, ScalarConverter.Convert(typeof(int), text, out _), StringComparison.Ordinal);

    [Theory]
    [InlineData("16MiB", 16L << 20, "16MiB")]
    [InlineData("1 GiB", 1L << 30, "1GiB")]
    [InlineData("1.5KiB", 1536, "1536")]
    [InlineData("500kB", 500_000, "500000")]
    [InlineData("4096", 4096, "4KiB")]
    public void Sizes_are_read_with_their_units(string text, long bytes, string printed)
    {
        var size = ByteSize.Parse(text, null);
        Assert.Equal(bytes, size.Bytes);
        Assert.Equal(printed, size.ToString());
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("99999999999TiB")]
    public void What_is_no_size_is_refused(string text) => Assert.Throws<FormatException>(() => ByteSize.Parse(text, null));
}
