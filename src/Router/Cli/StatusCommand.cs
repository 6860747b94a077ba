using System.CommandLine;
using System.Text.Json;
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
        var command = new Command("status", "Shows how the outputs of the running router stand.");
        command.SetAction((result, cancellationToken) => ControlCommands.RunAsync(
            load(result), result.GetValue(dataDirectory), needsFiles: false, Console.Error, client => PrintAsync(client, Console.Out, Console.Error, cancellationToken), cancellationToken));
        return command;
    }

    /// <summary>0 when every output gets through, 1 when no router runs, 2 when an output fails.</summary>
    private static async Task<int> PrintAsync(ControlClient client, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        if (!client.IsRunning)
        {
            await errors.WriteLineAsync("No router runs on this data directory.");
            return 1;
        }

        var answer = await client.AskAsync(HttpMethod.Get, ControlEndpoints.OutputsPath, cancellationToken);
        var rows = new List<string[]> { Header };
        var isHealthy = true;
        foreach (var status in answer.GetProperty("outputs").EnumerateArray())
        {
            var healthy = status.GetProperty("healthy").GetBoolean();
            isHealthy &= healthy;
            rows.Add(
            [
                Text(status, "name"), Text(status, "type"), healthy ? "ok" : status.GetProperty("blockedSince").ValueKind == JsonValueKind.Null ? "failing" : "blocked", Text(status, "breaker"), Text(status, "depth"),
                Age(status.GetProperty("oldestAgeSeconds").GetDouble()), Text(status, "delivered"), Text(status, "deadLetters"), Text(status, "lastError"),
            ]);
        }

        await ControlCommands.PrintAsync(output, rows);
        return isHealthy ? 0 : 2;
    }

    private static string Text(JsonElement status, string name) => status.GetProperty(name).ToString();

    private static string Age(double seconds) => seconds == 0 ? "-" : DurationText.About(TimeSpan.FromSeconds(seconds));
}
