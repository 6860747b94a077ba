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
    private static readonly string[] Header = ["ID", "OUTPUT", "REASON", "ATTEMPTS", "GIVEN UP", "PRIORITY", "RULE", "ANSWER"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, MaxDepth = 10_002 };

    public static Command Create(Func<ParseResult, RouterConfiguration> load, Option<string?> dataDirectory)
    {
        var command = new Command("dead-letters", "Alerts that were given up for an output: refused for good, or failed too often.");
        var output = Output();
        var limit = new Option<int>("--limit") { Description = "How many at most.", HelpName = "N", DefaultValueFactory = static _ => 100 };
        limit.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > ControlEndpoints.MaxListed)
            {
                result.AddError($"--limit takes 1 to {ControlEndpoints.MaxListed.ToString(CultureInfo.InvariantCulture)}.");
            }
        });
        var after = new Option<long>("--after") { Description = "Only those behind this number: the last one of the page before.", HelpName = "ID", DefaultValueFactory = static _ => -1 };
        var list = new Command("list", "Lists them, the oldest first.") { output, limit, after };
        SetAction(list, (client, result, cancellationToken) => ListAsync(client, result.GetValue(output), result.GetValue(limit), result.GetValue(after), cancellationToken));
        command.Add(list);

        var id = new Argument<long>("ID") { Description = "Its number, as 'list' shows it.", CustomParser = Number };
        var show = new Command("show", "Prints one with its alert.") { id };
        SetAction(show, (client, result, cancellationToken) => ShowAsync(client, result.GetValue(id), cancellationToken));
        command.Add(show);
        command.Add(ForSome("resend", "Has the running router send one once more, or all, each to its own output only; delivered, it is gone.", HttpMethod.Post, "/resend", "delivered"));
        command.Add(ForSome("drop", "Drops one for good, or all.", HttpMethod.Delete, "", "dropped"));
        return command;

        void SetAction(Command one, Func<ControlClient, ParseResult, CancellationToken, Task<int>> work) => one.SetAction((result, cancellationToken) => ControlCommands.RunAsync(
            load(result), result.GetValue(dataDirectory), needsFiles: true, Console.Error, client => work(client, result, cancellationToken), cancellationToken));

        Command ForSome(string name, string description, HttpMethod method, string path, string done)
        {
            var one = new Argument<long?>("ID") { Description = "Its number, as 'list' shows it.", Arity = ArgumentArity.ZeroOrOne, CustomParser = static result => Number(result) };
            var of = Output();
            var all = new Option<bool>("--all") { Description = "All, of every output." };
            var some = new Command(name, description) { one, of, all };
            some.Validators.Add(result =>
            {
                var ways = (result.GetValue(one) is null ? 0 : 1) + (result.GetValue(of) is null ? 0 : 1) + (result.GetValue(all) ? 1 : 0);
                if (ways != 1)
                {
                    result.AddError($"Say which to {name}: a number, or --output NAME, or --all.");
                }
            });
            SetAction(some, (client, result, cancellationToken) => result.GetValue(one) is { } number
                ? ChangeAsync(client, method, PathOf(number) + path, $"Dead letter {number.ToString(CultureInfo.InvariantCulture)} is {done}.", cancellationToken)
                : ChangeAllAsync(client, result.GetValue(of), method, path, done, cancellationToken));
            return some;
        }
    }

    private static Option<string?> Output() => new("--output") { Description = "Only those of one output.", HelpName = "NAME" };

    private static long Number(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            result.AddError($"'{text}' is no number of a dead letter; 'dead-letters list' shows them.");
        }

        return number;
    }

    private static string PathOf(long id) => string.Create(CultureInfo.InvariantCulture, $"{ControlEndpoints.LettersPath}/{id}");

    private static Task<JsonElement> PageAsync(ControlClient client, string? output, int limit, long after, CancellationToken cancellationToken)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"?limit={limit}") + (after < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"&after={after}"))
            + (output is null ? "" : $"&output={Uri.EscapeDataString(output)}");
        return client.AskAsync(HttpMethod.Get, ControlEndpoints.LettersPath + query, cancellationToken);
    }

    private static async Task<int> ListAsync(ControlClient client, string? output, int limit, long after, CancellationToken cancellationToken)
    {
        var answer = await PageAsync(client, output, limit, after, cancellationToken);
        var rows = new List<string[]> { Header };
        foreach (var letter in answer.GetProperty("deadLetters").EnumerateArray())
        {
            rows.Add(
            [
                Text(letter, "id"), Text(letter, "output"), Text(letter, "reason"), Text(letter, "attempts"), Text(letter, "givenUp"), Text(letter, "priority"), Text(letter, "rule"),
                Text(letter, "answer"),
            ]);
        }

        await ControlCommands.PrintAsync(Console.Out, rows);
        await Console.Out.WriteLineAsync($"{Text(answer, "count")} are kept; {Text(answer, "displaced")} had to go for newer ones since the start.");
        if (answer.TryGetProperty("next", out var next))
        {
            await Console.Out.WriteLineAsync($"There are more: --after {next}");
        }

        return 0;
    }

    private static async Task<int> ShowAsync(ControlClient client, long id, CancellationToken cancellationToken)
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

    /// <summary>
    /// Changes one after another, each asked for alone, so that an end in between leaves nothing half done. An output that refuses one is
    /// left alone from there on: the rest would wait for it in vain. 0 when all are done, 2 when some stay.
    /// </summary>
    private static async Task<int> ChangeAllAsync(ControlClient client, string? output, HttpMethod method, string path, string done, CancellationToken cancellationToken)
    {
        var refusals = new Dictionary<string, string>(StringComparer.Ordinal);
        var (changed, left, after) = (0, 0, -1L);
        long? last = null; // those that are given up meanwhile are not taken up
        while (true)
        {
            var page = await PageAsync(client, output, ControlEndpoints.MaxListed, after, cancellationToken);
            last ??= page.GetProperty("newest").GetInt64();
            foreach (var letter in page.GetProperty("deadLetters").EnumerateArray())
            {
                after = letter.GetProperty("id").GetInt64();
                if (after > last)
                {
                    break;
                }

                var name = Text(letter, "output");
                if (refusals.ContainsKey(name))
                {
                    left++;
                    continue;
                }

                try
                {
                    await client.AskAsync(method, PathOf(after) + path, cancellationToken);
                    changed++;
                }
                catch (ControlException exception)
                {
                    refusals.Add(name, exception.Message);
                    left++;
                }
            }

            if (after > last || !page.TryGetProperty("next", out _))
            {
                break;
            }
        }

        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{changed} are {done}, {left} stay."));
        foreach (var (_, refusal) in refusals)
        {
            await Console.Error.WriteLineAsync(refusal);
        }

        return left == 0 ? 0 : 2;
    }

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.ToString() : "";
}
