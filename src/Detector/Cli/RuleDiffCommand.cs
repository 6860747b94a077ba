using System.CommandLine;
using System.Text.Json.Nodes;
using Saker.CommandLine;
using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.RuleTools;
using Saker.Detector.RuleTools.Differences;

namespace Saker.Detector.Cli;

/// <summary><c>saker-detector rules diff</c>: what differs between two sets of rules, by themselves and over a capture.</summary>
internal static class RuleDiffCommand
{
    /// <param name="input">Where configuration and rules come from.</param>
    public static Command Create(RuleInput input)
    {
        var old = new Argument<string>("OLD") { Description = "The rules as they were: a rule file, or a folder of them." };
        var @new = new Argument<string>("NEW") { Description = "The rules as they are to be." };
        var capture = new Option<string>("--capture") { Description = "A capture (.scap); the alerts of both over it are compared by event and rule.", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "The result as JSON." };
        var command = new Command(
            "diff",
            "Says which rules are new, gone or changed, with macros and lists in their places, and with --capture which alerts are. Files of --rules are loaded before OLD and before NEW. Example: saker-detector rules diff rules/ new-rules/ --capture usual-day.scap")
        {
            old, @new, capture, json,
        }.EndsWith((0, "nothing differs"), (1, "something differs"), (2, "rules, configuration or capture have mistakes"));
        command.SetAction(async (result, stop) =>
        {
            var error = result.InvocationConfiguration.Error;
            if (input.Configuration(result) is not { } configuration)
            {
                return 2;
            }

            var options = RuleInput.OptionsOf(configuration);
            if (Load(result.GetValue(old)!) is not { } before || Load(result.GetValue(@new)!) is not { } after)
            {
                return 2;
            }

            var differences = RuleDifference.Between(before.Rules, after.Rules);
            AlertComparison? alerts = null;
            if (result.GetValue(capture) is { Length: > 0 } file)
            {
                alerts = new AlertComparison();
                try
                {
                    await before.RunAsync(file, alerts.Old, stop);
                    await after.RunAsync(file, alerts.New, stop);
                    alerts.Finish();
                }
                catch (Exception exception) when (exception is EventSourceException or IOException or UnauthorizedAccessException or InvalidDataException)
                {
                    await error.WriteLineAsync($"saker-detector: --capture {file}: {exception.Message}");
                    return 2;
                }
            }

            var output = result.InvocationConfiguration.Output;
            if (result.GetValue(json))
            {
                await output.WriteLineAsync(Describe(differences, alerts).ToJsonString(IndentedJson.Options));
            }
            else
            {
                Write(output, TextStyle.For(output), differences, alerts);
            }

            return differences.Count + (alerts?.Differences.Count ?? 0) > 0 ? 1 : 0;

            RuleReplay? Load(string path)
            {
                var streams = EventStream.All(null);
                return RuleInput.Load(RuleFiles.Read([.. input.Given(result), path]), streams, options, error) is { } rules ? new RuleReplay(rules, streams, options) : null;
            }
        });
        return command;
    }

    private static void Write(TextWriter output, TextStyle style, IReadOnlyList<RuleDifference> differences, AlertComparison? alerts)
    {
        foreach (var difference in differences)
        {
            output.WriteLine($"{Marked(style, difference.Fate)} {style.Bold(difference.Rule)}");
            foreach (var change in difference.Changes)
            {
                output.WriteLine($"    {change.What}");
                Lines(change.Old, text => style.Red($"    - {text}"));
                Lines(change.New, text => style.Green($"    + {text}"));
            }
        }

        output.WriteLine(differences.Count == 0 ? "The rules are the same." : $"{Count(RuleFate.Added)} rules new, {Count(RuleFate.Removed)} gone, {Count(RuleFate.Changed)} changed.");
        if (alerts is null)
        {
            return;
        }

        output.WriteLine();
        foreach (var difference in alerts.Differences)
        {
            output.WriteLine($"{style.Bold(difference.Rule)}: {difference.Added} alerts new, {difference.Gone} gone, {difference.Changed} changed");
            foreach (var example in difference.Examples)
            {
                output.WriteLine($"    {example.What}, event {example.Event}: {example.Message}");
            }
        }

        output.WriteLine(alerts.Differences.Count == 0
            ? "The alerts over the capture are the same."
            : $"{alerts.Differences.Sum(static rule => rule.Added)} alerts new, {alerts.Differences.Sum(static rule => rule.Gone)} gone, {alerts.Differences.Sum(static rule => rule.Changed)} changed.");

        int Count(RuleFate fate) => differences.Count(difference => difference.Fate == fate);

        void Lines(IReadOnlyList<string> lines, Func<string, string> marked)
        {
            foreach (var line in lines)
            {
                output.WriteLine(marked(line));
            }
        }
    }

    private static string Marked(TextStyle style, RuleFate fate) => fate switch
    {
        RuleFate.Added => style.Green("new    "),
        RuleFate.Removed => style.Red("gone   "),
        RuleFate.Changed => style.Yellow("changed"),
        _ => throw new System.Diagnostics.UnreachableException($"{fate} has no word."),
    };

    private static JsonObject Describe(IReadOnlyList<RuleDifference> differences, AlertComparison? alerts) => new()
    {
        ["rules"] = new JsonArray([.. differences.Select(static difference => new JsonObject
        {
            ["rule"] = difference.Rule,
            ["what"] = difference.Fate switch { RuleFate.Added => "new", RuleFate.Removed => "gone", _ => "changed" },
            ["changes"] = new JsonArray([.. difference.Changes.Select(static change => new JsonObject
            {
                ["property"] = change.What, ["old"] = Texts(change.Old), ["new"] = Texts(change.New),
            })]),
        })]),
        ["alerts"] = alerts is null ? null : new JsonArray([.. alerts.Differences.Select(static difference => new JsonObject
        {
            ["rule"] = difference.Rule,
            ["new"] = difference.Added,
            ["gone"] = difference.Gone,
            ["changed"] = difference.Changed,
            ["examples"] = new JsonArray([.. difference.Examples.Select(static example => new JsonObject
            {
                ["what"] = example.What, ["event"] = example.Event, ["message"] = example.Message,
            })]),
        })]),
    };

    private static JsonArray Texts(IReadOnlyList<string> texts) => [.. texts.Select(static text => JsonValue.Create(text))];
}
