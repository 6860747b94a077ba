using System.CommandLine;

namespace Saker.CommandLine;

/// <summary><c>completion bash|zsh|fish</c>: a script that lets the shell complete commands and options, by asking the program itself.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            # Put this line into ~/.bashrc:  source <(PROGRAM completion bash)
            _FUNCTION() {
                local IFS=$'\n'
                COMPREPLY=($(compgen -W "$(PROGRAM "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _FUNCTION PROGRAM
            """,
        ["zsh"] = """
            # Put this line into ~/.zshrc, below compinit:  source <(PROGRAM completion zsh)
            _FUNCTION() {
                local -a words_here
                words_here=("${(@f)$(PROGRAM "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                compadd -a words_here
                _files
            }
            compdef _FUNCTION PROGRAM
            """,
        ["fish"] = """
            # Put this line into ~/.config/fish/config.fish:  PROGRAM completion fish | source
            function _FUNCTION
                set --local line (commandline --current-process --cut-at-cursor)
                PROGRAM "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete --command PROGRAM --arguments '(_FUNCTION)'
            """,
    };

    /// <summary>The command for a program.</summary>
    /// <param name="root">Its commands.</param>
    /// <param name="program">Its name in the example; null for that of this process.</param>
    public static Command Create(RootCommand root, string? program = null)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new Command("completion", $"Prints a script that lets the shell complete commands and options. Example: source <({program ?? root.Name} completion bash)") { shell }.EndsWith((0, "printed"));
        command.SetAction(result =>
        {
            var script = Scripts[result.GetValue(shell)!];
            result.InvocationConfiguration.Output.WriteLine(script
                .Replace("FUNCTION", string.Concat(root.Name.Select(static character => char.IsAsciiLetterOrDigit(character) ? character : '_')), StringComparison.Ordinal)
                .Replace("PROGRAM", root.Name, StringComparison.Ordinal)
                .ReplaceLineEndings("\n"));
            return 0;
        });
        return command;
    }
}
