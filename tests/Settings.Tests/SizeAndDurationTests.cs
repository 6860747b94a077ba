namespace Saker.Settings.Tests;

public sealed class SizeAndDurationTests
{
    private const long Second = TimeSpan.TicksPerSecond;

    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("100ns", 1)]
    [InlineData("1us", 10)]
    [InlineData("1µs", 10)] // U+00B5
    [InlineData("1μs", 10)] // U+03BC
    [InlineData("1ms", 10_000)]
    [InlineData("1s", Second)]
    [InlineData("1m", 60 * Second)]
    [InlineData("1h", 3_600 * Second)]
    [InlineData("1d", 86_400 * Second)]
    [InlineData(" 1.25s ", 12_500_000)]
    [InlineData("99.966s", 999_660_000)]
    [InlineData("0.47h", 1692 * Second)]
    [InlineData("-1.5m", -90 * Second)]
    [InlineData("+1.5m", 90 * Second)]
    [InlineData("1d2h3m4s5ms6us700ns", 937_840_050_067)]
    [InlineData("5337599d", 5337599L * 86_400 * Second)]
    [InlineData("461168601842738790.4us", 1L << 62)]
    [InlineData("-461168601842738790.4us", -(1L << 62))]
    public void A_duration_is_read_to_the_tick(string text, long ticks)
    {
        Assert.True(DurationText.TryParse(text, out var value));
        Assert.Equal(ticks, value.Ticks);
    }

    [Theory]
    [InlineData("5337600d")]
    [InlineData("-5337600d")]
    [InlineData("20000000d")]
    [InlineData("x5s")]
    [InlineData("s")]
    [InlineData("5s-")]
    [InlineData("5s+")]
    [InlineData("5s5")]
    [InlineData("5sx")]
    [InlineData("+")]
    [InlineData(" ")]
    public void What_is_no_duration_has_no_value(string text)
    {
        Assert.False(DurationText.TryParse(text, out var value));
        Assert.Equal(TimeSpan.Zero, value);
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1, "100ns")]
    [InlineData(10, "1us")]
    [InlineData(-10_000, "-1ms")]
    [InlineData(250 * 10_000, "250ms")]
    [InlineData(90 * Second, "1m30s")]
    [InlineData(-90 * Second, "-1m30s")]
    [InlineData(3_600 * Second, "1h")]
    [InlineData(7 * 86_400 * Second, "7d")]
    [InlineData(937_840_050_067, "1d2h3m4s5ms6us700ns")]
    public void A_duration_is_printed_in_its_shortest_exact_form(long ticks, string expected)
    {
        Assert.Equal(expected, DurationText.Format(new TimeSpan(ticks)));
        Assert.True(DurationText.TryParse(expected, out var again));
        Assert.Equal(ticks, again.Ticks);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("7B", 7)]
    [InlineData("1kB", 1_000)]
    [InlineData("1KB", 1_000)]
    [InlineData("1MB", 1_000_000)]
    [InlineData("1GB", 1_000_000_000)]
    [InlineData("1TB", 1_000_000_000_000)]
    [InlineData("1KiB", 1L << 10)]
    [InlineData("1mib", 1L << 20)]
    [InlineData("3GiB", 3L << 30)]
    [InlineData("1TiB", 1L << 40)]
    [InlineData(" 0.5 MiB ", 1L << 19)]
    [InlineData("8388607TiB", 8388607L << 40)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void A_size_is_read_to_the_byte(string text, long bytes) => Assert.Equal(new ByteSize(bytes), ByteSize.Parse(text, null));

    [Theory]
    [InlineData("8388608TiB")]
    [InlineData("9223372036854775808")]
    [InlineData("MiB16")]
    [InlineData("1B TiB")]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("+1")]
    [InlineData("1e3")]
    [InlineData(null)]
    public void What_is_no_size_has_no_value(string? text)
    {
        Assert.False(ByteSize.TryParse(text, null, out var size));
        Assert.Equal(default, size);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1023, "1023")]
    [InlineData(1L << 10, "1KiB")]
    [InlineData(1536, "1536")]
    [InlineData(1L << 20, "1MiB")]
    [InlineData(1025L << 10, "1025KiB")]
    [InlineData(1L << 30, "1GiB")]
    [InlineData(1L << 40, "1TiB")]
    [InlineData(5L << 41, "10TiB")]
    [InlineData(1_000_000, "1000000")]
    public void A_size_is_printed_in_the_largest_unit_that_loses_nothing(long bytes, string expected)
    {
        Assert.Equal(expected, new ByteSize(bytes).ToString());
        Assert.Equal(bytes, ByteSize.Parse(expected, null).Bytes);
    }

    [Fact]
    public void Sizes_are_made_of_binary_units_and_compared_by_their_bytes()
    {
        Assert.Equal(3L * 1024 * 1024, ByteSize.FromMebibytes(3).Bytes);
        Assert.Equal(3L * 1024 * 1024 * 1024, ByteSize.FromGibibytes(3).Bytes);
        Assert.True(new ByteSize(1).CompareTo(new ByteSize(2)) < 0);
    }

    [Theory]
    [InlineData("0s", "0s")]
    [InlineData("200ms", "200ms")]
    [InlineData("999ms", "999ms900us")]
    [InlineData("1s", "1s")]
    [InlineData("3.2s", "3s249ms")]
    [InlineData("59.9s", "59s900ms")]
    [InlineData("1m", "1m")]
    [InlineData("1m30s", "1m30s999ms")]
    [InlineData("59m59s", "59m59s")]
    [InlineData("1h", "1h59s")]
    [InlineData("23h59m", "23h59m59s")]
    [InlineData("2d4h", "2d4h30m")]
    [InlineData("-1m30s", "-1m30s500ms")]
    public void A_duration_for_people_has_its_two_largest_units(string about, string exact)
    {
        Assert.True(DurationText.TryParse(exact, out var value));
        Assert.Equal(about, DurationText.About(value));
    }
}
