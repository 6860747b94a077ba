namespace Saker.Settings.Tests;

public class AboutDurationTests
{
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
