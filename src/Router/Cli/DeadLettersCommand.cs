using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Saker.CommandLine;
using Saker.Router.Api;
using Saker.Router.Configuration;

namespace Saker.Router.Cli;

/// <summary><c>saker-router dead-letters</c>: the alerts that were given up, to list, show, send once more, and drop.</summary>
internal static class DeadLettersCommand
{
    private static readonly string[] Header = ["ID", "OUTPUT", "REASON", "ATTEMPTS", "GIVEN UP", "PRIORITY", "RULE", "ANSWER"];

    private const string Nobody = "no router has run here, or its data cannot be opened";

    public static Command Create(Func<ParseResult, RouterConfiguration> load, Option<string?> dataDirectory)
    {
        var command = new Command("dead-letters", "Alerts that were given up for an output: refused for good, or failed too often.");
        var output = Output();
        var limit = new Option<int>("--limit") { Description = "How many at most.", HelpName = "N", DefaultValueFactory = static _ => 100 };
        limit.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > DeadLetterEndpoints.MaxListed)
            {
                result.AddError($"--limit takes 1 to {DeadLetterEndpoints.MaxListed.ToString(CultureInfo.InvariantCulture)}.");
            }
        });
        var after = new Option<long>("--after") { Description = "Only those behind this number: the last one of the page before.", HelpName = "ID", DefaultValueFactory = static _ => -1 };
        var list = new Command("list", "Lists dead letters, the oldest first. Example: saker-router dead-letters list --output slack --limit 20") { output, limit, after, JsonOutput.Option }.EndsWith((0, "listed"), (1, Nobody));
        SetAction(list, (client, result, cancellationToken) => ListAsync(client, result.GetValue(output), result.GetValue(limit), result.GetValue(after), result.GetValue(JsonOutput.Option), cancellationToken));
        command.Add(list);

        var id = new Argument<long>("ID") { Description = "Its number, as 'list' shows it.", CustomParser = Number };
        var show = new Command("show", "Prints a dead letter with its alert, as JSON. Example: saker-router dead-letters show 17") { id, JsonOutput.Option }.EndsWith((0, "shown"), (1, $"there is none of this number; or {Nobody}"));
        SetAction(show, (client, result, cancellationToken) => ShowAsync(client, result.GetValue(id), cancellationToken));
        command.Add(show);
        command.Add(ForSome(
            "resend", "Has the running router send a dead letter once more, or several, each to its own output only; delivered, it is gone. Example: saker-router dead-letters resend --output slack", "delivered", "no router runs here",
            static (client, number, cancellationToken) => client.ResendAsync(number, cancellationToken), static (client, some, cancellationToken) => client.ResendAsync(some, cancellationToken)));
        command.Add(ForSome(
            "drop", "Drops a dead letter for good, or several. Example: saker-router dead-letters drop 17", "dropped", Nobody,
            static (client, number, cancellationToken) => client.DropAsync(number, cancellationToken), static (client, some, cancellationToken) => client.DropAsync(some, cancellationToken)));
        return command;

        void SetAction(Command one, Func<ControlClient, ParseResult, CancellationToken, Task<int>> work) => one.SetAction((result, cancellationToken) => ControlCommands.RunAsync(
            load(result), result.GetValue(dataDirectory), needsFiles: true, Console.Error, client => work(client, result, cancellationToken), cancellationToken));

        Command ForSome(
            string name, string description, string done, string unreached, Func<ControlClient, long, CancellationToken, Task> change,
            Func<ControlClient, IReadOnlyList<(string Name, string Value)>, CancellationToken, Task<BulkAnswer>> changeAll)
        {
            var one = new Argument<long?>("ID") { Description = "Its number, as 'list' shows it.", Arity = ArgumentArity.ZeroOrOne, CustomParser = static result => Number(result) };
            var of = Output();
            var all = new Option<bool>("--all") { Description = "All, of every output." };
            var some = new Command(name, description) { one, of, all, JsonOutput.Option }.EndsWith(
                (0, $"{done}, all that were asked for"), (1, $"the one of this number was not, or there is none; or {unreached}"), (2, "of several, some stay"));
            some.Validators.Add(result =>
            {
                var ways = (result.GetValue(one) is null ? 0 : 1) + (result.GetValue(of) is null ? 0 : 1) + (result.GetValue(all) ? 1 : 0);
                if (ways != 1)
                {
                    result.AddError($"Say which to {name}: a number, or --output NAME, or --all.");
                }
            });
            SetAction(some, (client, result, cancellationToken) => result.GetValue(one) is { } number
                ? ChangeAsync(change(client, number, cancellationToken), $"Dead letter {Text(number)} is {done}.", result.GetValue(JsonOutput.Option))
                : ChangeAllAsync(client, result.GetValue(of), filter => changeAll(client, filter, cancellationToken), done, result.GetValue(JsonOutput.Option), cancellationToken));
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

    private static List<(string Name, string Value)> Filter(string? output, int limit, long after)
    {
        List<(string Name, string Value)> filter = [("limit", Text(limit))];
        if (after >= 0)
        {
            filter.Add(("after", Text(after)));
        }

        if (output is not null)
        {
            filter.Add(("output", output));
        }

        return filter;
    }

    private static async Task<int> ListAsync(ControlClient client, string? output, int limit, long after, bool json, CancellationToken cancellationToken)
    {
        var page = await client.LettersAsync(Filter(output, limit, after), cancellationToken);
        if (json)
        {
            await JsonOutput.WriteAsync(Console.Out, page, JsonOutput.Forms.DeadLetterPage);
            return 0;
        }

        var rows = new List<string[]> { Header };
        rows.AddRange(page.DeadLetters.Select(static letter => (string[])
        [
            Text(letter.Id), letter.Output, letter.Reason, Text(letter.Attempts), letter.GivenUp.ToString("yyyy-MM-ddTHH:mm:ss.fffzzz", CultureInfo.InvariantCulture), letter.Priority ?? "", letter.Rule ?? "", letter.Answer,
        ]));
        await ControlCommands.PrintAsync(Console.Out, rows);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{page.Count} are kept; {page.Displaced} had to go for newer ones since the start."));
        if (page.Next is { } next)
        {
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"There are more: --after {next}"));
        }

        return 0;
    }

    private static async Task<int> ShowAsync(ControlClient client, long id, CancellationToken cancellationToken)
    {
        await JsonOutput.WriteAsync(Console.Out, await client.LetterAsync(id, cancellationToken), JsonOutput.Forms.DeadLetterView);
        return 0;
    }

    private static async Task<int> ChangeAsync(Task change, string done, bool json)
    {
        await change;
        await (json ? JsonOutput.WriteAsync(Console.Out, new BulkAnswer { Done = 1, Left = 0, Refusals = [] }, JsonOutput.Forms.BulkAnswer) : Console.Out.WriteLineAsync(done));
        return 0;
    }

    /// <summary>
    /// Changes all, in as many requests as it takes. An output that refuses one is left alone from there on: the rest would wait for it in
    /// vain. 0 when all are done, 2 when some stay.
    /// </summary>
    private static async Task<int> ChangeAllAsync(
        ControlClient client, string? output, Func<IReadOnlyList<(string Name, string Value)>, Task<BulkAnswer>> change, string done, bool json, CancellationToken cancellationToken)
    {
        var refusals = new Dictionary<string, string>(StringComparer.Ordinal);
        var (changed, left) = (0, 0);
        var newest = (await client.LettersAsync(Filter(output, 1, -1), cancellationToken)).Newest;
        for (long? after = -1; newest >= 0 && after is { } from;)
        {
            // Not those that are given up meanwhile.
            var answer = await change([.. Filter(output, DeadLetterEndpoints.MaxListed, from), ("until", Text(newest)), ("all", "true")]);
            (changed, left, after) = (changed + answer.Done, left + answer.Left, answer.Next);
            foreach (var refusal in answer.Refusals)
            {
                refusals[refusal.Output] = refusal.Detail;
            }
        }

        if (json)
        {
            var together = new BulkAnswer { Done = changed, Left = left, Refusals = [.. refusals.Select(static pair => new BulkRefusal(pair.Key, pair.Value))] };
            await JsonOutput.WriteAsync(Console.Out, together, JsonOutput.Forms.BulkAnswer);
            return left == 0 ? 0 : 2;
        }

        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{changed} are {done}, {left} stay."));
        foreach (var (_, refusal) in refusals)
        {
            await Console.Error.WriteLineAsync(refusal);
        }

        return left == 0 ? 0 : 2;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
