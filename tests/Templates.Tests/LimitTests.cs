using Saker.Templates.Values;

namespace Saker.Templates.Tests;

/// <summary>No template and no data makes a rendering run away, and every failure says where.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData("{{ define \"r\" }}{{ template \"r\" . }}{{ end }}{{ template \"r\" . }}", "nested deeper")]
    [InlineData("{{ range 2000000000 }}{{ end }}", "steps")]
    [InlineData("{{ range 2000000000 }}0123456789012345678901234567890123456789012345678901234567890123{{ end }}", "bytes of text")]
    [InlineData("{{ printf \"%1000000d%1000000d\" 1 2 }}", "bytes of text")]
    [InlineData("{{ range 100 }}{{ $x := printf \"%1000000d\" 1 }}{{ end }}", "functions made")]
    [InlineData("{{ printf \"%.5000f\" 1.5 }}", "precision")]
    public void A_template_that_runs_away_is_stopped(string text, string reason)
    {
        var limits = new TemplateLimits { Steps = 150_000 };
        var fault = Assert.Throws<TemplateException>(() => Template.Parse("t", text).Render(TemplateValue.Nil, limits));
        Assert.Equal(TemplateStage.Execute, fault.Stage);
        Assert.Contains(reason, fault.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{")]
    [InlineData("{{ if true }}{{")]
    [InlineData("{{ \"\\xZZ\" }}")]
    [InlineData("{{ '' }}")]
    [InlineData("{{ $ $, }}")]
    [InlineData("{{/*")]
    [InlineData("{{ \ud800 }}")]
    [InlineData("{{ \"\\")]
    public void Odd_ends_are_parse_errors(string text) =>
        Assert.Equal(TemplateStage.Parse, Assert.Throws<TemplateException>(() => Template.Parse("t", text)).Stage);

    [Fact]
    public void Deep_nesting_is_a_parse_error_and_no_crash()
    {
        Assert.Throws<TemplateException>(() => Template.Parse("t", $"{{{{ {new string('(', 100_000)}"));
        Assert.Throws<TemplateException>(() => Template.Parse("t", string.Concat(Enumerable.Repeat("{{ if true }}", 100_000))));
        Assert.Throws<TemplateException>(() => Template.Parse("t", "{{ if 1 }}" + string.Concat(Enumerable.Repeat("{{ else if 1 }}", 100_000))));
    }

    [Fact]
    public void An_error_has_line_and_column()
    {
        var parse = Assert.Throws<TemplateException>(() => Template.Parse("slack.messageformat", "one\ntwo {{ nofunc }}"));
        Assert.Equal((2, 8), (parse.Line, parse.Column));
        Assert.Equal("template slack.messageformat, line 2, column 8: function \"nofunc\" not defined", parse.Message);

        var execute = Assert.Throws<TemplateException>(() => Template.Parse("t", "a\n{{ len 5 }}").Render(TemplateValue.Nil));
        Assert.Equal((2, 4, "a\n"), (execute.Line, execute.Column, execute.PartialOutput));
    }

    [Fact]
    public void A_template_renders_from_many_threads_at_once()
    {
        var template = Template.Parse("t", "{{ $x := 0 }}{{ range 50 }}{{ $x = . }}{{ end }}{{ printf \"%05d\" $x }}");
        Parallel.For(0, 64, _ => Assert.Equal("00049", template.Render(TemplateValue.Nil)));
    }
}
