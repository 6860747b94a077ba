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
    [InlineData("1m30s", 90_000)]
    [InlineData("250ms", 250)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData("-2s", -2_000)]
    [InlineData("0", 0)]
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
    [InlineData("99999999999999999h")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(DurationText.TryParse(text, out _));

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
