using System.CommandLine;
using System.Reflection;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Fields;
using Saker.Detector.Following;
using Saker.Rules;
using Saker.Rules.Diagnostics;
using Saker.Settings;
using Saker.Text;

namespace Saker.Detector.Cli;

/// <summary><c>saker-detector rules</c>: what rule files say, without watching anything.</summary>
internal static class RulesCommand
{
    public static Command Create(Option<string> config, Option<string[]> rules, Option<string[]> settings)
    {
        var input = new RuleInput(config, rules, settings);
        return new Command("rules", "Checks, lists, explains, tests and compares rules.")
        {
            Validate(),
            List(config, rules, settings),
            Explain(config, rules, settings),
            RuleTestCommand.Create(input),
            RuleWhatIfCommand.Create(input),
            RuleDiffCommand.Create(input),
            Schema(),
        };
    }

    private static Command Schema()
    {
        var command = new Command("schema", "Prints the JSON schema of rule files, for editors.");
        command.SetAction(static result =>
        {
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("rules.schema.json")!;
            using var reader = new StreamReader(stream);
            result.InvocationConfiguration.Output.Write(reader.ReadToEnd());
            return 0;
        });
        return command;
    }

    private static Command Validate()
    {
        var files = new Argument<string[]>("FILE") { Description = "Rule files, or folders of them; they count as one, in their order.", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "The result as JSON, in the shape that Falco gives it." };
        var command = new Command("validate", "Checks rule files, and tells all their mistakes at once. Ends with 1 when there are any.") { files, json };
        command.SetAction(result =>
        {
            var read = RuleFiles.Read(result.GetValue(files)!);
            var set = RuleLoading.Load(read, EventStream.All(InterestSet.Deliverable));
            var output = result.InvocationConfiguration.Output;
            string[] names = [.. read.Select(static file => file.Name)];
            if (result.GetValue(json))
            {
                ValidationReport.WriteJson(output, names, set);
            }
            else
            {
                ValidationReport.Write(output, TextStyle.For(output), names, set);
            }

            var empty = result.GetValue(files)!.Where(static path => Directory.Exists(path) && !RuleFiles.Expand([path]).Any()).ToList();
            empty.ForEach(path => result.InvocationConfiguration.Error.WriteLine($"{path}: There is no rule file in this folder; their names end in .yaml or .yml."));
            return set.Successful && empty.Count == 0 ? 0 : 1;
        });
        return command;
    }

    private static Command List(Option<string> config, Option<string[]> rules, Option<string[]> settings)
    {
        var json = new Option<bool>("--json") { Description = "Rules, macros and lists as JSON, in the shape that Falco gives it." };
        var command = new Command("list", "Lists the rules of the configuration (or of --rules): name, priority, tags, and whether each is on.") { json };
        command.SetAction(result => WithRules(result, config, rules, settings, (set, streams, output) =>
        {
            if (result.GetValue(json))
            {
                RuleJson.Write(output, set, streams);
            }
            else
            {
                RuleListing.Write(output, TextStyle.For(output), set);
            }

            return 0;
        }));
        return command;
    }

    private static Command Explain(Option<string> config, Option<string[]> rules, Option<string[]> settings)
    {
        var name = new Argument<string>("RULE") { Description = "The rule's name." };
        var json = new Option<bool>("--json") { Description = "The rule as JSON, in the shape that Falco gives it." };
        var command = new Command("explain", "Shows a rule with all macros and lists in their places, and what it costs.") { name, json };
        command.SetAction(result => WithRules(result, config, rules, settings, (set, streams, output) =>
        {
            var wanted = result.GetValue(name)!;
            if (set.Rules.FirstOrDefault(rule => rule.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase)) is { } found)
            {
                if (result.GetValue(json))
                {
                    RuleJson.Write(output, set, found, streams);
                }
                else
                {
                    RuleDescription.Write(output, TextStyle.For(output), set, found, streams.First(stream => stream.Name == found.Source));
                }

                return 0;
            }

            var near = NearestWord.Find(wanted, set.Rules.Select(static rule => rule.Name));
            result.InvocationConfiguration.Error.WriteLine($"There is no rule '{wanted}'{(near is null ? "" : $" (did you mean '{near}'?)")}. 'rules list' names them all.");
            return 1;
        }));
        return command;
    }

    private static int WithRules(
        ParseResult result, Option<string> config, Option<string[]> rules, Option<string[]> settings, Func<RuleSet, IReadOnlyList<EventStream>, TextWriter, int> run)
    {
        var error = result.InvocationConfiguration.Error;
        var sources = FieldSources.None;
        var paths = result.GetValue(rules) ?? [];
        if (paths.Length == 0)
        {
            var configuration = FollowedRules.PutIn(DetectorConfiguration.Load(result.GetValue(config)!, result.GetValue(settings) ?? [], EnvironmentVariables.OfProcess()));
            foreach (var fault in configuration.Faults.All.Where(static fault => fault.Severity == FaultSeverity.Error))
            {
                error.WriteLine(fault);
            }

            if (configuration.Faults.HasErrors)
            {
                return 1;
            }

            sources = EventStream.SourcesOf(configuration.Options);
            paths = [.. configuration.RulePaths([])];
            foreach (var absent in configuration.AbsentRulePaths([]))
            {
                error.WriteLine($"{absent} is not there, and is passed over.");
            }
        }

        var streams = EventStream.All(InterestSet.Deliverable, sources);
        var set = RuleLoading.Load(RuleFiles.Read(paths), streams);
        if (set.Successful)
        {
            return run(set, streams, result.InvocationConfiguration.Output);
        }

        foreach (var finding in set.Diagnostics.Where(static finding => finding.Severity == DiagnosticSeverity.Error))
        {
            error.WriteLine(finding.Headline);
        }

        return 1;
    }
}
