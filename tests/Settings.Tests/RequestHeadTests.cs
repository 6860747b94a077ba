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
    [InlineData("headers: {\"s3cret\\nEvil\": \"a\\nb\"}", "headers: This is no name of a header, for its character 7 is a line break; letters, digits and hyphens make one.")]
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

    [Theory]
    [InlineData("Connection", false)]
    [InlineData("Content-Length", false)]
    [InlineData("EXPECT", false)]
    [InlineData("host", false)]
    [InlineData("Keep-Alive", false)]
    [InlineData("Proxy-Connection", false)]
    [InlineData("TE", false)]
    [InlineData("Trailer", false)]
    [InlineData("Transfer-Encoding", false)]
    [InlineData("Upgrade", false)]
    [InlineData("Authorization", true)]
    [InlineData("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", true)]
    public void What_the_router_sets_itself_is_refused_and_every_other_token_is_a_name(string name, bool valid) =>
        Assert.Equal(valid ? null : $"The header '{name}' is set by the router itself, for each request; take it out.", RequestHead.NameProblem(name));

    [Theory]
    [InlineData(" X", 1, "a blank")]
    [InlineData("X:", 2, "':'")]
    [InlineData("X\tY", 2, "the control character U+0009")]
    [InlineData("X\rY", 2, "a line break")]
    [InlineData("\u0085", 1, "the control character U+0085")]
    public void The_first_character_that_is_wrong_in_a_name_is_told(string name, int place, string character) =>
        Assert.Equal($"This is no name of a header, for its character {place} is {character}; letters, digits and hyphens make one.", RequestHead.NameProblem(name));

    [Theory]
    [InlineData("", null)]
    [InlineData("a\tb ü", null)]
    [InlineData("\u0001", "the control character U+0001 at character 1")]
    [InlineData("ab\n", "a line break at character 3")]
    [InlineData("\u0085", "the control character U+0085 at character 1")]
    public void A_value_holds_no_control_character_but_a_tab(string text, string? problem) =>
        Assert.Equal(problem is null ? null : $"has {problem}, which the head of a request cannot hold; write the value on one line, without it.", RequestHead.ValueProblem(text));

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
