using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>The completion scripts in the shells that they are for.</summary>
public sealed class CompletionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static TheoryData<string, string, string, string> Lines()
    {
        var data = new TheoryData<string, string, string, string>();
        foreach (var shell in new[] { "bash", "zsh", "fish" })
        {
            data.Add(shell, "saker-router", "saker-router de", "dead-letters");
            data.Add(shell, "saker-router", "saker-router dead-letters r", "resend");
            data.Add(shell, "saker-detector", "saker-detector rules va", "validate");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task A_shell_completes_what_the_program_knows(string shell, string program, string line, string completed)
    {
        var (arguments, script) = shell switch
        {
            "bash" => (new[] { "--norc", "-c" }, $$"""
                source <({{program}} completion bash)
                COMP_LINE='{{line}}' COMP_POINT={{line.Length}} COMP_WORDS=({{line}})
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                complete -p {{program}}
                $(complete -p {{program}} | grep -o '_[a-z_]*')
                printf '%s\n' "${COMPREPLY[@]}"
                """),
            // Outside of its line editor zsh has no completions to collect: the script's own words are printed instead.
            "zsh" => (["-f", "-c"], $$"""
                autoload -Uz compinit && compinit -D
                source <({{program}} completion zsh)
                compadd() { print -rl -- ${(P)argv[-1]} }
                _files() { : }
                BUFFER='{{line}}' CURSOR={{line.Length}}
                $_comps[{{program}}]
                """),
            _ => (["--no-config", "-c"], $"{program} completion fish | source; complete -C '{line}'"),
        };
        var environment = new Dictionary<string, string> { ["PATH"] = $"{Path.GetDirectoryName(Programs.Path(program))}:{Environment.GetEnvironmentVariable("PATH")}" };
        await using var process = ProcessRunner.Start(shell, [.. arguments, script], environment);
        var code = await process.WaitForExitAsync(Patience);
        Assert.True(code == 0 && process.Lines.Contains(completed, StringComparer.Ordinal), $"{code}: {string.Join('\n', process.Lines)}");
        Assert.DoesNotContain(process.Lines, static printed => printed.Contains("error", StringComparison.OrdinalIgnoreCase));
    }
}
