using Saker.Conditions.Fields;
using Saker.Detector.Configuration;
using Saker.Rules;
using Saker.Rules.Diagnostics;
using Saker.Rules.Yaml;

namespace Saker.Detector.Engine;

/// <summary>Loads the rules for this program's events, and says what came of it.</summary>
internal static class RuleLoading
{
    private const int MaxNames = 5;

    /// <summary>The rules; null after mistakes, which were then told.</summary>
    /// <param name="configuration">Rule files, least priority, rules to switch, and what is added to outputs.</param>
    /// <param name="given">Rule files and folders in place of the configuration's; empty for none.</param>
    /// <param name="streams">The streams of events that rules may be about.</param>
    /// <param name="logger">Told everything.</param>
    public static RuleSet? Load(DetectorConfiguration configuration, IReadOnlyList<string> given, IReadOnlyList<EventStream> streams, ILogger logger)
    {
        if (Paths(configuration, given, logger) is not { } paths)
        {
            return null;
        }

        var options = configuration.Options;
        var files = RuleFiles.Read(paths);
        if (files.Count == 0)
        {
            EngineMessages.NoRuleFile(logger, $"no file of rules (.yaml) is in {string.Join(", ", paths)}", configuration.File);
            return null;
        }

        var set = Load(files, streams);
        foreach (var finding in set.DistinctDiagnostics)
        {
            if (finding.Severity == DiagnosticSeverity.Error)
            {
                EngineMessages.Mistake(logger, finding.Headline);
            }
            else if (finding.Code is not (DiagnosticCode.UnusedMacro or DiagnosticCode.UnusedList))
            {
                EngineMessages.Finding(logger, finding.Headline);
            }
        }

        if (!set.Successful)
        {
            return null;
        }

        var rules = RuleSelection.Apply(options.Rules, [.. set.Rules.Where(rule => rule.Priority <= options.Priority)], logger);
        if (OutputAppending.Apply(configuration, rules, streams, logger) is not { } complete)
        {
            return null;
        }

        set = set with { Rules = complete };
        Tell(set, logger);
        return set;
    }

    /// <summary>The rules of files, with their mistakes.</summary>
    /// <param name="files">The files.</param>
    /// <param name="streams">The streams of events that rules may be about.</param>
    public static RuleSet Load(IReadOnlyList<RuleFile> files, IReadOnlyList<EventStream> streams) =>
        RuleLoader.Load(files, new RuleLoaderOptions { Sources = streams.ToDictionary(static stream => stream.Name, static stream => stream.Source, StringComparer.Ordinal) });

    /// <summary>The files and folders to read; null when there is none, which was then told.</summary>
    private static IReadOnlyList<string>? Paths(DetectorConfiguration configuration, IReadOnlyList<string> given, ILogger logger)
    {
        var paths = configuration.RulePaths(given);
        var absent = configuration.AbsentRulePaths(given);
        if (paths.Count > 0)
        {
            if (absent.Count > 0)
            {
                EngineMessages.RuleFilesAbsent(logger, string.Join(", ", absent));
            }

            return paths;
        }

        EngineMessages.NoRuleFile(logger, absent.Count > 0 ? $"none of {string.Join(", ", absent)} is there" : "rules_files is empty", configuration.File);
        return null;
    }

    // A line for each cause, and none for each rule: there may be thousands.
    private static void Tell(RuleSet set, ILogger logger)
    {
        var on = set.Rules.Where(static rule => rule.IsOn).ToList();
        foreach (var off in set.Rules.Where(static rule => rule is { Enabled: true, Unavailable: not null }).ToLookup(static rule => rule.Unavailable!))
        {
            EngineMessages.RulesOff(logger, off.Count(), off.Key, Names(off));
        }

        foreach (var lacking in on.SelectMany(Absent).ToLookup(static pair => pair.Field.Definition.Unavailable!))
        {
            var rules = lacking.Select(static pair => pair.Rule).Distinct().ToList();
            var fields = lacking.Select(static pair => pair.Field.Text).Distinct().Order(StringComparer.Ordinal);
            EngineMessages.ConditionFieldsAbsent(logger, rules.Count, string.Join(", ", fields), lacking.Key, Names(rules));
        }

        foreach (var lacking in on.SelectMany(static rule => rule.Undelivered.Select(name => (Event: name, Rule: rule))).ToLookup(static pair => pair.Event, static pair => pair.Rule))
        {
            EngineMessages.EventUndelivered(logger, lacking.Count(), lacking.Key, Names(lacking));
        }

        foreach (var rule in on)
        {
            EngineMessages.RuleOn(logger, rule.Name, rule.Priority.ToString());
            foreach (var field in rule.Output.Fields.Where(static field => field.Reference.Definition.Unavailable is not null))
            {
                EngineMessages.OutputFieldAbsent(logger, rule.Name, field.Text, field.Reference.Definition.Unavailable!);
            }
        }

        EngineMessages.RulesLoaded(logger, on.Count, set.Rules.Count - on.Count);
    }

    private static IEnumerable<(FieldReference Field, Rule Rule)> Absent(Rule rule) =>
        rule.Condition.Fields.Where(static field => field.Definition.Unavailable is not null).Select(field => (field, rule));

    private static string Names(IEnumerable<Rule> rules)
    {
        var names = rules.Select(static rule => rule.Name).ToList();
        return names.Count <= MaxNames ? string.Join(", ", names) : $"{string.Join(", ", names.Take(MaxNames))} and {names.Count - MaxNames} more";
    }
}
