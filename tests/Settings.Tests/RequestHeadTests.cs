using System.Text;

namespace Saker.Settings.Tests;

public sealed class RequestHeadTests
{
    [Theory]
    [InlineData("headers: {Authorization: \"Bearer abc\\n\"}")]
    [InlineData("headers: {Authorization: \"\\r\\n\\t Bearer abc \\t\\r\\n\"}")]
    [InlineData("headers:\n  Authorization: |\n    Bearer abc\n")]
    [InlineData("headers: \"Authorization:Bearer abc\\n\"")]
    public void Blanks_and_line_breaks_around_a_value_are_taken_off(string yaml)
    {
        var (options, faults) = Bind(yaml);
        Assert.Empty(faults);
        Assert.Equal("Bearer abc", options.Headers["Authorization"].Reveal());
    }

    [Theory]
    [InlineData("headers: {X-A: \"s3cret\\nEvil: 1\"}", "headers.X-A: '***' has a line break at character 7, which the head of a request cannot hold; write the value on one line, without it.")]
    [InlineData("headers: {X-A: \"s3cret\\rx\"}", "headers.X-A: '***' has a line break at character 7, which the head of a request cannot hold; write the value on one line, without it.")]
    [InlineData("headers: {X-A: \"s3cret\\0\"}", "headers.X-A: '***' has the control character U+0000 at character 7, which the head of a request cannot hold; write the value on one line, without it.")]
    [InlineData("headers: {X-A: \"s3cret\\x7f\"}", "headers.X-A: '***' has the control character U+007F at character 7, which the head of a request cannot hold; write the value on one line, without it.")]
    [InlineData("useragent: \"me\\nEvil: 1\"", "useragent: 'me\\u000aEvil: 1' has a line break at character 3, which the head of a request cannot hold; write the value on one line, without it.")]
    [InlineData("headers: {\"X-A\\nEvil\": s3cret}", "headers: This is no name of a header, for its character 4 is a line break; letters, digits and hyphens make one.")]
    [InlineData("headers: {X A: s3cret}", "headers: This is no name of a header, for its character 2 is a blank; letters, digits and hyphens make one.")]
    [InlineData("headers: {\"\": s3cret}", "headers: A header needs a name; letters, digits and hyphens make one.")]
    [InlineData("headers: {Naïve: s3cret}", "headers: This is no name of a header, for its character 3 is 'ï'; letters, digits and hyphens make one.")]
    [InlineData("headers: {content-length: s3cret}", "headers: The header 'content-length' is set by the router itself, for each request; take it out.")]
    [InlineData("headers: {Host: s3cret}", "headers: The header 'Host' is set by the router itself, for each request; take it out.")]
    [InlineData("headers: {Transfer-Encoding: s3cret}", "headers: The header 'Transfer-Encoding' is set by the router itself, for each request; take it out.")]
    [InlineData("headers: {Connection: s3cret}", "headers: The header 'Connection' is set by the router itself, for each request; take it out.")]
    [InlineData("headers: {X-A: s3cret, x-a: s3cret}", "headers: The headers 'X-A' and 'x-a' are one, whatever the case; keep one of the two.")]
    public void What_would_change_the_form_of_a_request_is_refused_without_showing_a_secret(string yaml, string expected)
    {
        var (_, faults) = Bind(yaml);
        var fault = Assert.Single(faults);
        Assert.Equal($"c.yaml:2:", $"{fault}"[..9]);
        Assert.EndsWith($" {expected}", $"{fault}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_is_checked_like_the_file()
    {
        var (_, faults) = Bind("", ("HEADERS", "X-A:s3cret\nEvil: 1"));
        Assert.StartsWith("HEADERS: headers.X-A: '***' has a line break at character 7", $"{Assert.Single(faults)}", StringComparison.Ordinal);
    }

    private static (SampleOptions Options, IReadOnlyList<ConfigFault> Faults) Bind(string yaml, params (string Name, string Value)[] variables)
    {
        var faults = new ConfigFaults();
        var map = YamlConfigReader.Read("c.yaml", Encoding.UTF8.GetBytes($"url: x\n{yaml}\n"), faults);
        var binder = new OptionsBinder(new EnvironmentVariables(variables.ToDictionary(variable => variable.Name, variable => variable.Value)), faults);
        return ((SampleOptions)binder.Bind(OptionSchema.For(typeof(SampleOptions)), map, "", map.Source), faults.All);
    }
}
