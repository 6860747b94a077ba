using System.CommandLine;
using Saker.CommandLine;
using Saker.Router.Cli;

namespace Saker.Router.Tests.Cli;

public sealed class InvocationTests
{
    [Theory]
    [InlineData("staus", "There is no command 'staus'; did you mean 'status'?")]
    [InlineData("--confg x", "There is no option '--confg'; did you mean '--config'?")]
    [InlineData("dead-letters lst", "There is no command 'lst'; did you mean 'list'?")]
    [InlineData("dead-letters show abc", "'abc' is no number of a dead letter; 'dead-letters list' shows them.")]
    [InlineData("status a\u001bb", "There is no argument 'a b'.")]
    [InlineData("completion tcsh", "Argument 'tcsh' not recognized.")]
    public async Task A_mistake_is_told_first_and_without_the_help(string arguments, string expected)
    {
        var (code, output, errors) = await RunAsync(arguments.Split(' '));
        Assert.Equal(1, code);
        Assert.Empty(output);
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.StartsWith(expected, lines[0], StringComparison.Ordinal);
        Assert.EndsWith("--help' shows what there is.", lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("System.", errors, StringComparison.Ordinal);
    }

    /// <summary>The program is named after its file, here that of the tests.</summary>
    [Theory]
    [InlineData("bash", "complete -o default -F _Router_Tests Router.Tests")]
    [InlineData("zsh", "compdef _Router_Tests Router.Tests")]
    [InlineData("fish", "complete --command Router.Tests ")]
    public async Task A_script_for_the_shell_is_printed(string shell, string part)
    {
        var (code, output, errors) = await RunAsync(["completion", shell]);
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains(part, output, StringComparison.Ordinal);
        Assert.DoesNotContain("PROGRAM", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_scripts_ask_the_program_what_may_stand_there()
    {
        var (code, output, _) = await RunAsync(["[suggest:18]", "saker-router dead-"]);
        Assert.Equal(0, code);
        Assert.Equal("dead-letters", output.Trim());
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await Invocation.RunAsync(RouterCommandLine.Create(), arguments, new InvocationConfiguration { Output = output, Error = errors });
        return (code, output.ToString(), errors.ToString());
    }
}
