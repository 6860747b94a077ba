namespace Saker.Alerts.Tests;

public sealed class AlertTimeTests
{
    [Theory]
    [InlineData("2026-11-23T19:18:08.831575297Z", "2026-11-23T19:18:08.831575297Z", "2026-11-23 19:18:08.831575297 +0000 UTC")]
    [InlineData("2026-11-24T02:18:08.5+07:00", "2026-11-24T02:18:08.5+07:00", "2026-11-24 02:18:08.5 +0700 +0700")]
    [InlineData("2026-11-23T9:18:08,50Z", "2026-11-23T09:18:08.5Z", "2026-11-23 09:18:08.5 +0000 UTC")]
    [InlineData("2026-11-23T19:18:08.1234567891Z", "2026-11-23T19:18:08.123456789Z", "2026-11-23 19:18:08.123456789 +0000 UTC")]
    [InlineData("2026-11-23T19:18:08-00:00", "2026-11-23T19:18:08Z", "2026-11-23 19:18:08 +0000 UTC")]
    [InlineData("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "0000-01-01 00:00:00 +0000 UTC")]
    [InlineData("0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00+01:00", "0001-01-01 00:00:00 +0100 +0100")]
    [InlineData("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z", "9999-12-31 23:59:59.999999999 +0000 UTC")]
    [InlineData("2024-02-29T00:00:00-03:30", "2024-02-29T00:00:00-03:30", "2024-02-29 00:00:00 -0330 -0330")]
    public void A_time_keeps_its_nanoseconds_and_its_offset(string text, string rfc3339, string go)
    {
        Assert.True(AlertTime.TryParse(text, out var time));
        Assert.Equal(rfc3339, time.ToString());
        Assert.Equal(go, time.ToGoString());
    }

    [Theory]
    [InlineData("2026-02-29T00:00:00Z")]
    [InlineData("2026-11-23T24:00:00Z")]
    [InlineData("2026-11-23T23:59:60Z")]
    [InlineData("2026-11-23t19:18:08z")]
    [InlineData("2026-11-23T19:18:08+0700")]
    [InlineData("2026-11-23T19:18:08.Z")]
    [InlineData("2026-11-23T19:18:08+24:00")]
    [InlineData("-001-01-01T00:00:00Z")]
    [InlineData("")]
    public void What_is_no_time_is_refused(string text) => Assert.False(AlertTime.TryParse(text, out _));

    [Fact]
    public void Calendar_and_seconds_agree_with_dot_net_over_four_centuries()
    {
        for (var day = new DateTimeOffset(1799, 12, 31, 23, 59, 58, TimeSpan.Zero); day.Year < 2201; day = day.AddDays(1).AddSeconds(1))
        {
            var time = AlertTime.From(day);
            Assert.Equal(day.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture), time.ToString());
            Assert.Equal(day, time.ToDateTimeOffset());
            Assert.Equal(day.DayOfWeek, time.Local.DayOfWeek);
        }
    }
}
