using System.CommandLine;
using Saker.CommandLine;
using System.Globalization;
using Saker.Router.Api;
using Saker.Router.Configuration;
using Saker.Settings;

namespace Saker.Router.Cli;

/// <summary><c>saker-router status</c>: how the outputs of the running router stand, for a person at a terminal.</summary>
internal static class StatusCommand
{
    private static readonly string[] Header = ["OUTPUT", "TYPE", "HEALTH", "BREAKER", "WAITING", "OLDEST", "DELIVERED", "DEAD LETTERS", "LAST ERROR"];

    public static Command Create(Func<ParseResult, RouterConfiguration> load, Option<string?> dataDirectory)
    {
        var command = new Command("status", "Shows how the outputs of the running router stand: saker-router status --data-dir /var/lib/saker-router.") { JsonOutput.Option }.EndsWith(
            (0, "every output gets through, or is paused"), (1, "no router runs"), (2, "an output fails or is blocked"));
        command.SetAction((result, cancellationToken) => ControlCommands.RunAsync(
            load(result), result.GetValue(dataDirectory), needsFiles: false, Console.Error, client => PrintAsync(client, result.GetValue(JsonOutput.Option), Console.Out, Console.Error, cancellationToken), cancellationToken));
        return command;
    }

    /// <summary>0 when every output gets through, 1 when no router runs, 2 when an output fails; one that is paused does not.</summary>
    private static async Task<int> PrintAsync(ControlClient client, bool json, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        if (!client.IsRunning)
        {
            await errors.WriteLineAsync("No router runs on this data directory.");
            return 1;
        }

        var list = await client.OutputsAsync(cancellationToken);
        var outputs = list.Outputs;
        var code = outputs.All(static one => one.Healthy) ? 0 : 2;
        if (json)
        {
            await JsonOutput.WriteAsync(output, list, JsonOutput.Forms.OutputList);
            return code;
        }

        var rows = new List<string[]> { Header };
        rows.AddRange(outputs.Select(static one => (string[])
        [
            one.Name, one.Type, one.State == OutputState.Healthy ? "ok" : one.State.ToString().ToLowerInvariant(), one.Breaker, Text(one.Depth),
            one.OldestAgeSeconds == 0 ? "-" : DurationText.About(TimeSpan.FromSeconds(one.OldestAgeSeconds)), Text(one.Delivered), Text(one.DeadLetters), one.LastError ?? "",
        ]));
        await ControlCommands.PrintAsync(output, rows);
        return code;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
