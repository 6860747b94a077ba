using Saker.Templates.Values;

namespace Saker.Templates.Tests;

/// <summary>Corners of Go's formatting that the recorded templates do not reach; the expected texts follow from Go's documentation.</summary>
public sealed class FormattingTests
{
    [Theory]
    [InlineData("printf \"%.0f %.0f %.1f\" 0.5 2.5 0.25", "0 2 0.2")]
    [InlineData("printf \"%g %g %g %g\" 100000.0 1000000.0 0.0001 0.00001", "100000 1e+06 0.0001 1e-05")]
    [InlineData("printf \"%e\" 0.0", "0.000000e+00")]
    [InlineData("printf \"%.3e|%.3g|%.10g\" 9.9999 9.9999 1234.5", "1.000e+01|10|1234.5")]
    [InlineData("printf \"%v\" 123456789.0", "1.23456789e+08")]
    [InlineData("printf \"%6.2f|%-8.1f|%+.1f\" -3.14159 2.55 1.0", " -3.14|2.5     |+1.0")]
    [InlineData("printf \"%x %X %#x\" -255 255 \"hi\"", "-ff FF 0x6869")]
    [InlineData("printf \"%5t|%q|%v\" true \"a\\tb\" nil", " true|\"a\\tb\"|<nil>")]
    [InlineData("printf \"%[3]v %[1]v\" 1 2 3", "3 1")]
    [InlineData("printf \"%d %s\" 1", "1 %!s(MISSING)")]
    [InlineData("printf \"%\"", "%!(NOVERB)")]
    [InlineData("print 1e20 \" \" 1e21", "1e+20 1e+21")]
    public void Printf_writes_as_Go_does(string command, string expected) =>
        Assert.Equal(expected, Template.Parse("t", $"{{{{ {command} }}}}").Render(TemplateValue.Nil));

    [Theory]
    [InlineData(-62_135_596_800, "0001-01-01 00:00:00 +0000 UTC")]
    [InlineData(-62_167_219_200, "0000-01-01 00:00:00 +0000 UTC")]
    [InlineData(-1, "1969-12-31 23:59:59 +0000 UTC")]
    [InlineData(951_782_400, "2000-02-29 00:00:00 +0000 UTC")]
    [InlineData(253_402_300_799, "9999-12-31 23:59:59 +0000 UTC")]
    [InlineData(253_402_300_800, "10000-01-01 00:00:00 +0000 UTC")]
    public void Times_of_any_year_print(long unix, string expected) =>
        Assert.Equal(expected, Template.Parse("t", "{{ . }}").Render(new TimeValue(unix, 0, 0)));

    [Theory]
    [InlineData("(.AddDate 0 1 0).Format \"2006-01-02\"", "2001-03-28")]
    [InlineData("(.AddDate -1 -13 31).Format \"2006-01-02 Monday\"", "1999-02-28 Sunday")]
    [InlineData(".Format \"Jan. 2, 3:04:05.000 PM -07:00\"", "Feb. 28, 12:00:00.000 AM +05:30")]
    [InlineData(".Sub (.Add 5400500000000)", "-1h30m0.5s")]
    public void Times_calculate_as_in_Go(string command, string expected) =>
        Assert.Equal(expected, Template.Parse("t", $"{{{{ {command} }}}}").Render(new TimeValue(983_298_600, 0, 19_800)));
}
