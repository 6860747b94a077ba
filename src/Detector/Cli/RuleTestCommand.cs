using System.CommandLine;
using System.Text.Json.Nodes;
using Saker.Alerts;
using Saker.CommandLine;
using Saker.Detector.RuleTools.Cases;
using Saker.Settings;

namespace Saker.Detector.Cli;

/// <summary><c>saker-detector rules test</c>: unit tests of rules.</summary>
internal static class RuleTestCommand
{
    /// <param name="input">Where configuration and rules come from.</param>
    public static Command Create(RuleInput input)
    {
        var files = new Argument<string[]>("FILE") { Description = "Files of cases, or folders of them.", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "The result as JSON." };
        var junit = new Option<string>("--junit") { Description = "Writes the result into a file in JUnit's XML as well, for CI.", HelpName = "FILE" };
        var command = new Command(
            "test",
            "Tests rules: each case has events, a capture or a recorded alert, and the alerts that are to come of it. Says which rules matched in no case. Example: saker-detector rules test config/rules/tests")
        {
            files, json, junit,
        }.EndsWith((0, "every case came as expected"), (1, "a case came otherwise"), (2, "a file of cases or of rules has mistakes, or a case could not be run"));
        command.SetAction(async (result, stop) =>
        {
            var output = result.InvocationConfiguration.Output;
            var error = result.InvocationConfiguration.Error;
            if (input.Configuration(result) is not { } configuration)
            {
                return 2;
            }

            var run = new RuleTestRun(input.Given(result), configuration.RulePaths([]));
            if (!run.Read(result.GetValue(files)!))
            {
                return await RefuseAsync(error, run.Faults);
            }

            var outcome = await run.RunAsync(stop);
            if (result.GetValue(json))
            {
                await output.WriteLineAsync(Describe(outcome).ToJsonString(IndentedJson.Options));
            }
            else
            {
                Write(output, TextStyle.For(output), outcome);
            }

            if (result.GetValue(junit) is { Length: > 0 } file && !await WriteJunitAsync(file, outcome, error))
            {
                return 2;
            }

            return outcome.Refused > 0 ? 2 : outcome.Failed > 0 ? 1 : 0;
        });
        return command;
    }

    private static async Task<int> RefuseAsync(TextWriter error, ConfigFaults faults)
    {
        foreach (var fault in faults.All.Distinct())
        {
            await error.WriteLineAsync(fault.ToString());
        }

        return 2;
    }

    private static async Task<bool> WriteJunitAsync(string file, RuleTestOutcome outcome, TextWriter error)
    {
        try
        {
            await using var stream = File.Create(file);
            JunitReport.Write(stream, outcome);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"saker-detector: the result cannot be written (--junit): {exception.Message}");
            return false;
        }
    }

    private static void Write(TextWriter output, TextStyle style, RuleTestOutcome outcome)
    {
        foreach (var result in outcome.Results)
        {
            var word = result.Passed ? style.Green("ok     ") : result.Refusal is null ? style.Red("FAILED ") : style.Red("REFUSED");
            output.WriteLine($"{word} {result.Case.Source.Name}:{result.Case.Source.Line}: {style.Bold(result.Case.Name)}: expected {result.ExpectedText}; came {result.CameText}");
            foreach (var problem in result.Refusal is { } refusal ? [refusal] : result.Problems)
            {
                output.WriteLine($"        {problem}");
            }
        }

        output.WriteLine();
        WriteCoverage(output, style, outcome.Coverage);
        output.WriteLine($"{outcome.Results.Count} cases: {outcome.Passed} ok, {outcome.Failed} failed, {outcome.Refused} refused.");
    }

    private static void WriteCoverage(TextWriter output, TextStyle style, IReadOnlyList<RuleCoverage> coverage)
    {
        var width = coverage.Max(static covered => (int?)covered.Rule.Name.Length) ?? 0;
        output.WriteLine(style.Faint($"{"rule".PadRight(width)}  matched in  expected by  silence by"));
        foreach (var covered in coverage)
        {
            var state = !covered.Rule.IsOn ? style.Faint("  off") : covered.Fired == 0 ? style.Yellow("  never matched") : "";
            output.WriteLine($"{covered.Rule.Name.PadRight(width)}  {covered.Fired,10}  {covered.Expected,11}  {covered.Silent,10}{state}");
        }

        var on = coverage.Count(static covered => covered.Rule.IsOn);
        output.WriteLine($"{coverage.Count(static covered => covered.Rule.IsOn && covered.Fired > 0)} of {on} rules that are on matched in a case.");
        output.WriteLine();
    }

    private static JsonObject Describe(RuleTestOutcome outcome) => new()
    {
        ["cases"] = new JsonArray([.. outcome.Results.Select(Describe)]),
        ["coverage"] = new JsonArray([.. outcome.Coverage.Select(static covered => new JsonObject
        {
            ["rule"] = covered.Rule.Name,
            ["file"] = covered.Rule.File,
            ["line"] = covered.Rule.Line,
            ["on"] = covered.Rule.IsOn,
            ["matched_in"] = covered.Fired,
            ["expected_by"] = covered.Expected,
            ["silence_by"] = covered.Silent,
        })]),
        ["passed"] = outcome.Passed,
        ["failed"] = outcome.Failed,
        ["refused"] = outcome.Refused,
    };

    private static JsonObject Describe(CaseResult result) => new()
    {
        ["file"] = result.File,
        ["line"] = result.Case.Source.Line,
        ["name"] = result.Case.Name,
        ["result"] = result.Passed ? "ok" : result.Refusal is null ? "failed" : "refused",
        ["expected"] = new JsonArray([.. result.Case.Expected.Select(static expectation => new JsonObject { ["rule"] = expectation.Rule, ["count"] = expectation.Count })]),
        ["came"] = new JsonArray([.. result.Came.Select(static pair => new JsonObject
        {
            ["rule"] = pair.Rule.Name, ["count"] = pair.Count, ["priority"] = pair.Rule.Priority.Word(),
        })]),
        ["problems"] = new JsonArray([.. (result.Refusal is { } refusal ? [refusal] : result.Problems).Select(static problem => JsonValue.Create(problem))]),
    };
}
