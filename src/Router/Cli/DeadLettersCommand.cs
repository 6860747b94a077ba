using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Saker.Router.Api;
using Saker.Router.Configuration;

namespace Saker.Router.Cli;

/// <summary><c>saker-router dead-letters</c>: the alerts that were given up, to list, show, send once more, and drop.</summary>
internal static class DeadLettersCommand
{
    private static readonly string[] Header = ["ID", "OUTPUT", "REASON", "ATTEMPTS", "GIVEN UP", "ANSWER"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, MaxDepth = 10_002 };

    public static Command Create(Func<ParseResult, RouterConfiguration> load, Option<string?> dataDirectory)
    {
        var command = new Command("dead-letters", "Alerts that were given up for an output: refused for good, or failed too often.");
        var output = new Option<string?>("--output") { Description = "Only those of one output.", HelpName = "NAME" };
        var list = new Command("list", $"Lists the oldest {ControlEndpoints.MaxListed.ToString(CultureInfo.InvariantCulture)}.") { output };
        list.SetAction((result, cancellationToken) => ControlCommands.RunAsync(
            load(result), result.GetValue(dataDirectory), needsFiles: true, Console.Error, client => ListAsync(client, result.GetValue(output), cancellationToken), cancellationToken));
        command.Add(list);
        command.Add(ForOne("show", "Prints one with its alert.", ShowAsync));
        command.Add(ForOne("resend", "Has the running router send it once more, to its own output only; delivered, it is gone.", (client, id, cancellationToken) =>
            ChangeAsync(client, HttpMethod.Post, $"{PathOf(id)}/resend", $"Dead letter {id} is delivered.", cancellationToken)));
        command.Add(ForOne("drop", "Drops it for good.", (client, id, cancellationToken) =>
            ChangeAsync(client, HttpMethod.Delete, PathOf(id), $"Dead letter {id} is dropped.", cancellationToken)));
        return command;

        Command ForOne(string name, string description, Func<ControlClient, string, CancellationToken, Task<int>> work)
        {
            var id = new Argument<long>("ID") { Description = "Its number, as 'list' shows it.", CustomParser = Number };
            var one = new Command(name, description) { id };
            one.SetAction((result, cancellationToken) => ControlCommands.RunAsync(
                load(result),
                result.GetValue(dataDirectory),
                needsFiles: true,
                Console.Error,
                client => work(client, result.GetValue(id).ToString(CultureInfo.InvariantCulture), cancellationToken),
                cancellationToken));
            return one;
        }
    }

    private static long Number(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            result.AddError($"'{text}' is no number of a dead letter; 'dead-letters list' shows them.");
        }

        return number;
    }

    private static string PathOf(string id) => $"{ControlEndpoints.LettersPath}/{id}";

    private static async Task<int> ListAsync(ControlClient client, string? output, CancellationToken cancellationToken)
    {
        var query = output is null ? "" : $"?output={Uri.EscapeDataString(output)}";
        var answer = await client.AskAsync(HttpMethod.Get, ControlEndpoints.LettersPath + query, cancellationToken);
        var rows = new List<string[]> { Header };
        foreach (var letter in answer.GetProperty("deadLetters").EnumerateArray())
        {
            rows.Add([Text(letter, "id"), Text(letter, "output"), Text(letter, "reason"), Text(letter, "attempts"), Text(letter, "givenUp"), Text(letter, "answer")]);
        }

        await ControlCommands.PrintAsync(Console.Out, rows);
        await Console.Out.WriteLineAsync($"{Text(answer, "count")} are kept; {Text(answer, "displaced")} had to go for newer ones since the start.");
        return 0;
    }

    private static async Task<int> ShowAsync(ControlClient client, string id, CancellationToken cancellationToken)
    {
        var letter = await client.AskAsync(HttpMethod.Get, PathOf(id), cancellationToken);
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(letter, Indented));
        return 0;
    }

    private static async Task<int> ChangeAsync(ControlClient client, HttpMethod method, string path, string done, CancellationToken cancellationToken)
    {
        await client.AskAsync(method, path, cancellationToken);
        await Console.Out.WriteLineAsync(done);
        return 0;
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).ToString();
}
