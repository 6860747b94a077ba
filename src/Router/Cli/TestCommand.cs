using System.CommandLine;
using Saker.CommandLine;
using Saker.Router.Configuration;

namespace Saker.Router.Cli;

/// <summary><c>saker-router test</c>: sends a test alert through the running router.</summary>
internal static class TestCommand
{
    private static readonly string[] Header = ["OUTPUT", "TYPE", "RESULT", "REASON"];

    public static Command Create(Func<ParseResult, RouterConfiguration> load, Option<string?> dataDirectory)
    {
        var command = new Command("test", "Has the running router send a test alert to its outputs, and shows what each did with it: saker-router test --data-dir /var/lib/saker-router.") { JsonOutput.Option }.EndsWith(
            (0, "every output has the alert, or leaves it out"), (1, "no router runs, or it does not take the alert"), (2, "an output does not have it"));
        command.SetAction((result, cancellationToken) => ControlCommands.RunAsync(
            load(result), result.GetValue(dataDirectory), needsFiles: false, Console.Error, client => RunAsync(client, result.GetValue(JsonOutput.Option), Console.Out, Console.Error, cancellationToken), cancellationToken));
        return command;
    }

    /// <summary>0 when the router has stored the alert and every output has it or leaves it out; 1 when no router runs; 2 when an output does not have it. What the router refuses is thrown.</summary>
    public static async Task<int> RunAsync(ControlClient client, bool json, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        if (!client.IsRunning)
        {
            await errors.WriteLineAsync("No router runs on this data directory.");
            return 1;
        }

        var answer = await client.TestAsync(cancellationToken);
        var code = answer.Outputs.All(static one => one.Result is "delivered" or "filtered") ? 0 : 2;
        if (json)
        {
            await JsonOutput.WriteAsync(output, answer, JsonOutput.Forms.TestAnswer);
            return code;
        }

        await output.WriteLineAsync("The router has stored a test alert.");
        if (answer.Outputs.Count == 0)
        {
            await output.WriteLineAsync("No output is on.");
            return 0;
        }

        var rows = new List<string[]> { Header };
        rows.AddRange(answer.Outputs.Select(static one => (string[])[one.Name, one.Type, one.Result, one.Reason]));
        await ControlCommands.PrintAsync(output, rows);
        return code;
    }
}
