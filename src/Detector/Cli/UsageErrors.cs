using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Saker.Text;

namespace Saker.Detector.Cli;

/// <summary>What is wrong with a command line, in a line each, and where the help is: not the help itself, which would hide it.</summary>
internal static partial class UsageErrors
{
    /// <summary>Writes the mistakes. True when there are any.</summary>
    public static bool Tell(ParseResult parsed, TextWriter error)
    {
        if (parsed.Errors.Count == 0)
        {
            return false;
        }

        foreach (var mistake in parsed.Errors.Select(static mistake => Plain(mistake.Message)).Distinct(StringComparer.Ordinal))
        {
            error.WriteLine($"saker-detector: {mistake}");
        }

        foreach (var unknown in parsed.UnmatchedTokens)
        {
            if (NearestWord.Find(unknown, Known(parsed.CommandResult.Command, parsed.RootCommandResult.Command)) is { } near)
            {
                error.WriteLine($"saker-detector: did you mean '{near}'?");
            }
        }

        var command = string.Join(' ', Path(parsed.CommandResult));
        error.WriteLine($"'{command} --help' shows what can be written.");
        return true;
    }

    // "… as expected type 'System.Nullable`1[System.Double]'."
    private static string Plain(string message) =>
        TypeWords().Replace(message, static match => match.Value.Contains("String", StringComparison.Ordinal) ? "." : "; it wants a number.");

    private static IEnumerable<string> Known(Command command, Command root) =>
        command.Subcommands.Select(static one => one.Name).Concat(command.Options.Concat(root.Options).Select(static option => option.Name));

    private static Stack<string> Path(CommandResult result)
    {
        var names = new Stack<string>();
        for (SymbolResult? level = result; level is CommandResult command; level = level.Parent)
        {
            names.Push(command.Command is RootCommand ? "saker-detector" : command.Command.Name);
        }

        return names;
    }

    [GeneratedRegex(@" as expected type '[^']*'\.", RegexOptions.CultureInvariant)]
    private static partial Regex TypeWords();
}
