using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Saker.CommandLine;
using Saker.Detector.Capture;
using Saker.Detector.Engine;
using Saker.Detector.RuleTools.Noise;

namespace Saker.Detector.Cli;

/// <summary><c>saker-detector rules what-if</c>: what rules would do over a capture, and how the noise could be silenced.</summary>
internal static class RuleWhatIfCommand
{
    private const int DefaultTop = 5, MaxTop = 100;

    /// <param name="input">Where configuration and rules come from.</param>
    public static Command Create(RuleInput input)
    {
        var capture = new Option<string>("--capture") { Description = "The capture (.scap) of what is usual where the rules are to run.", HelpName = "FILE", Required = true };
        var top = new Option<int>("--top") { Description = $"How many rules, and for each how many fields, are shown. Default: {DefaultTop}.", HelpName = "N", DefaultValueFactory = static _ => DefaultTop };
        var json = new Option<bool>("--json") { Description = "The result as JSON." };
        top.Validators.Add(result =>
        {
            if (result.Tokens is [.., var token] && (!int.TryParse(token.Value, out var number) || number is < 1 or > MaxTop))
            {
                result.AddError($"--top wants a number from 1 to {MaxTop}, not '{token.Value}'.");
            }
        });
        var command = new Command(
            "what-if",
            "Says which rules would make alerts over a capture, how many, and which values the alerts have in common; suggests an exception for the noisiest rule, and proves it on the same capture. Example: saker-detector rules what-if --capture usual-day.scap -r my_rules.yaml")
        {
            capture, top, json,
        }.EndsWith((0, "the capture was replayed"), (2, "rules, configuration or capture have mistakes"));
        command.SetAction(async (result, stop) =>
        {
            var error = result.InvocationConfiguration.Error;
            if (input.Configuration(result) is not { } configuration)
            {
                return 2;
            }

            var paths = configuration.RulePaths(input.Given(result));
            if (paths.Count == 0)
            {
                await error.WriteLineAsync("There are no rules; name their files with --rules.");
                return 2;
            }

            var options = RuleInput.OptionsOf(configuration);
            var study = new NoiseStudy(RuleFiles.Read(paths), options, (files, streams, isQuiet) => RuleInput.Load(files, streams, options, isQuiet ? null : error), result.GetValue(capture)!);
            try
            {
                if (await study.RunAsync(stop) is not { } report)
                {
                    return 2;
                }

                var output = result.InvocationConfiguration.Output;
                if (result.GetValue(json))
                {
                    await output.WriteLineAsync(Describe(report, result.GetValue(top)).ToJsonString(IndentedJson.Options));
                }
                else
                {
                    Write(output, TextStyle.For(output), report, result.GetValue(top));
                }

                return 0;
            }
            catch (Exception exception) when (exception is EventSourceException or IOException or UnauthorizedAccessException or InvalidDataException)
            {
                await error.WriteLineAsync($"saker-detector: --capture {result.GetValue(capture)}: {exception.Message}");
                return 2;
            }
        });
        return command;
    }

    private static void Write(TextWriter output, TextStyle style, NoiseReport report, int top)
    {
        output.WriteLine($"{report.Totals.Events} events, {report.Totals.Alerts} alerts of {report.Rules.Count} rules.");
        foreach (var noise in report.Rules.Take(top))
        {
            output.WriteLine();
            output.WriteLine($"{style.Bold(noise.Rule.Name)}: {noise.Alerts} ({Share(noise.Alerts, report.Totals.Alerts)} of all), events {noise.FirstEvent} to {noise.LastEvent}");
            foreach (var (field, values) in noise.ByShare.Take(top))
            {
                var most = values.Top(1)[0];
                var others = values.Distinct == 1 ? "" : $", {(values.IsEstimate ? "more than " : "")}{values.Distinct - 1} other value{(values.Distinct == 2 ? "" : "s")}";
                output.WriteLine($"  {field.Text} = {most.Text}  {style.Faint($"{most.AtLeast} ({Share(most.AtLeast, noise.Alerts)}){others}")}");
            }
        }

        if (report.Rules.Count > top)
        {
            output.WriteLine();
            output.WriteLine($"{report.Rules.Count - top} more rules (--top).");
        }

        if (report.Rules.Count > 0)
        {
            output.WriteLine();
            WriteSuggestion(output, style, report);
        }
    }

    private static void WriteSuggestion(TextWriter output, TextStyle style, NoiseReport report)
    {
        if (report.Suggestion is not { } proven)
        {
            output.WriteLine($"No value makes enough of the noise of '{report.Rules[0].Rule.Name}' for an exception.");
            return;
        }

        output.WriteLine(style.Faint($"# With this file after the rules, '{proven.Exception.Rule}' makes {proven.After} alerts over the same capture instead of {proven.Before}."));
        if (proven.Others > 0)
        {
            output.WriteLine(style.Faint($"# {proven.Others} alerts of rules behind it come in their place (rule_matching: first)."));
        }

        output.WriteLine(style.Faint("# Read it before you use it: whatever fits it is not told any more."));
        output.Write(proven.Exception.Yaml);
    }

    private static string Share(long part, long whole) => whole == 0 ? "0 %" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:0.#} %");

    private static JsonObject Describe(NoiseReport report, int top) => new()
    {
        ["events"] = report.Totals.Events,
        ["alerts"] = report.Totals.Alerts,
        ["rules"] = new JsonArray([.. report.Rules.Take(top).Select(noise => new JsonObject
        {
            ["rule"] = noise.Rule.Name,
            ["alerts"] = noise.Alerts,
            ["first_event"] = noise.FirstEvent,
            ["last_event"] = noise.LastEvent,
            ["fields"] = new JsonArray([.. noise.ByShare.Take(top).Select(pair => new JsonObject
            {
                ["field"] = pair.Field.Text,
                ["exact"] = !pair.Values.IsEstimate,
                ["distinct"] = pair.Values.Distinct,
                ["values"] = new JsonArray([.. pair.Values.Top(top).Select(static value => new JsonObject { ["value"] = value.Text, ["at_least"] = value.AtLeast, ["at_most"] = value.AtMost })]),
            })]),
        })]),
        ["suggestion"] = report.Suggestion is not { } proven ? null : new JsonObject
        {
            ["rule"] = proven.Exception.Rule,
            ["yaml"] = proven.Exception.Yaml,
            ["before"] = proven.Before,
            ["after"] = proven.After,
            ["others"] = proven.Others,
        },
    };
}
