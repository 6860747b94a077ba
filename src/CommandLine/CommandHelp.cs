using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;

namespace Saker.CommandLine;

/// <summary>The help of the library, with the exit codes of the command below it.</summary>
internal sealed class CommandHelp(SynchronousCommandLineAction library) : SynchronousCommandLineAction
{
    /// <summary>Help wins over what else is wrong with a command line.</summary>
    public override bool ClearsParseErrors => true;

    /// <summary>Takes the place of the library's help. The names that Windows has for it (<c>/?</c>) go: a shell would offer them.</summary>
    public static void Add(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            foreach (var alias in option.Aliases.Where(static alias => alias.StartsWith('/')).ToList())
            {
                option.Aliases.Remove(alias);
            }

            option.Action = new CommandHelp((SynchronousCommandLineAction)option.Action!);
        }
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = library.Invoke(parseResult);
        var codes = ExitCodes.Of(parseResult.CommandResult.Command);
        if (codes.Count > 0)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Exit codes:");
            foreach (var one in codes)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {one.Code,-3}  {one.Meaning}"));
            }

            output.WriteLine();
        }

        return code;
    }
}
