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
    [InlineData("token new edge --role viewr", "Argument 'viewr' not recognized. Must be one of:")]
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

    [Theory]
    [InlineData("outputs list")]
    [InlineData("send no-such-file.json")]
    public async Task A_configuration_that_cannot_be_used_is_not_taken_for_an_empty_one(string command)
    {
        var (code, _, errors) = await RunAsync([.. command.Split(' '), "--config", "no-such-file.yaml"]);
        Assert.Equal(1, code);
        Assert.StartsWith("error: no-such-file.yaml: The file cannot be read: ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("saker-router send ", "--to", "/h")]
    [InlineData("saker-router outputs describe sl", "slack", "splunk")]
    public async Task Words_that_no_shell_here_uses_are_not_offered(string line, string offered, string missing)
    {
        var (_, output, _) = await RunAsync([$"[suggest:{line.Length}]", line]);
        var words = output.Split('\n', StringSplitOptions.TrimEntries);
        Assert.Contains(offered, words);
        Assert.DoesNotContain(missing, words);
    }

    [Fact]
    public async Task The_help_of_every_command_has_its_exit_codes_and_an_example_and_every_command_has_json()
    {
        var paths = Leaves(RouterCommandLine.Create(), []).ToList();
        Assert.True(paths.Count >= 15, $"only {paths.Count} commands");
        foreach (var path in paths.Append(["completion"]))
        {
            var (code, output, errors) = await RunAsync([.. path, "--help"]);
            Assert.Equal((0, ""), (code, errors));
            var codes = output.Split('\n', StringSplitOptions.TrimEntries).SkipWhile(static text => text != "Exit codes:").Skip(1).TakeWhile(static text => text.Length > 0).ToList();
            Assert.True(codes.Count > 0 && codes[0].StartsWith("0 ", StringComparison.Ordinal), $"{string.Join(' ', path)} names no exit codes");
            Assert.Contains($" {string.Join(' ', path)}", output[..output.IndexOf("Usage:", StringComparison.Ordinal)], StringComparison.Ordinal);
            Assert.Equal(path[0] != "completion", output.Contains("--json", StringComparison.Ordinal));
        }

        static IEnumerable<string[]> Leaves(Command command, string[] path) => command.Subcommands.Count == 0
            ? [path]
            : command.Subcommands.SelectMany(below => Leaves(below, [.. path, below.Name]));
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await Invocation.RunAsync(RouterCommandLine.Create(), arguments, new InvocationConfiguration { Output = output, Error = errors });
        return (code, output.ToString(), errors.ToString());
    }
}
