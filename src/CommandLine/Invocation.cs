using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text.RegularExpressions;
using Saker.Text;

namespace Saker.CommandLine;

/// <summary>Runs a command line. What is wrong with it comes first and alone; the help is a word away and not a page in front of it.</summary>
internal static partial class Invocation
{
    /// <summary>Exit code for a command line that cannot be understood.</summary>
    public const int UsageError = 1;

    // Types of .NET, as the library names them.
    private static readonly string[] Numbers = ["System.Int", "System.UInt", "System.Double"];

    /// <summary>The exit code of the command, or <see cref="UsageError"/> with a sentence for each mistake.</summary>
    public static async Task<int> RunAsync(RootCommand root, string[] arguments, InvocationConfiguration configuration, CancellationToken stop = default)
    {
        root.Add(CompletionCommand.Create(root));
        CommandHelp.Add(root);
        var result = root.Parse(arguments);
        if (result.Errors.Count == 0 || result.Action is not ParseErrorAction)
        {
            return await result.InvokeAsync(configuration, stop);
        }

        foreach (var sentence in Sentences(result))
        {
            await configuration.Error.WriteLineAsync(sentence);
        }

        await configuration.Error.WriteLineAsync($"'{Path(result)} --help' shows what there is.");
        return UsageError;
    }

    /// <summary>What is wrong, a sentence each, with what was probably meant.</summary>
    private static IEnumerable<string> Sentences(ParseResult result)
    {
        var command = result.CommandResult.Command;
        var unmatched = result.UnmatchedTokens.ToHashSet(StringComparer.Ordinal);
        foreach (var token in unmatched)
        {
            var names = token.StartsWith('-')
                ? result.RootCommandResult.Command.Options.Concat(command.Options).SelectMany(static option => option.Aliases.Append(option.Name))
                : command.Subcommands.Select(static known => known.Name);
            var kind = token.StartsWith('-') ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
            yield return $"There is no {kind} '{Plain(token)}'{NearestWord.Hint(token, names)}";
        }

        // An unknown word in front also makes the rest look incomplete.
        if (unmatched.Count == 0)
        {
            foreach (var error in result.Errors)
            {
                yield return Plain(ExpectedType().Replace(error.Message, static match => Numbers.Any(number => match.Value.Contains(number, StringComparison.Ordinal)) ? "; it wants a number." : "."));
            }
        }
    }

    private static string Path(ParseResult result)
    {
        var names = new List<string>();
        for (var command = (System.CommandLine.Parsing.SymbolResult?)result.CommandResult; command is not null; command = command.Parent)
        {
            if (command is System.CommandLine.Parsing.CommandResult one)
            {
                names.Insert(0, one.Command.Name);
            }
        }

        return string.Join(' ', names);
    }

    // "… as expected type 'System.Nullable`1[System.Double]'."
    [GeneratedRegex(@" as expected type '[^']*'\.", RegexOptions.CultureInvariant)]
    private static partial Regex ExpectedType();

    private static string Plain(string text) => string.Concat(text.Select(static character => char.IsControl(character) ? ' ' : character));
}
