using System.CommandLine;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Logging;
using Saker.Rules;
using Saker.Rules.Diagnostics;
using Saker.Rules.Yaml;
using Saker.Settings;

namespace Saker.Detector.Cli;

/// <summary>Where the commands that try rules out get configuration and rules from. They need no installed detector.</summary>
/// <param name="config">The configuration file of the command line.</param>
/// <param name="rules">The rule files of the command line.</param>
/// <param name="settings">The settings of the command line.</param>
internal sealed class RuleInput(Option<string> config, Option<string[]> rules, Option<string[]> settings)
{
    /// <summary>Rule files of the command line.</summary>
    public IReadOnlyList<string> Given(ParseResult result) => result.GetValue(rules) ?? [];

    /// <summary>The configuration, or the defaults where there is none; null after mistakes, which were then told.</summary>
    public DetectorConfiguration? Configuration(ParseResult result)
    {
        var isDefault = result.GetResult(config) is null or { Implicit: true };
        var configuration = DetectorConfiguration.Load(result.GetValue(config)!, result.GetValue(settings) ?? [], EnvironmentVariables.OfProcess(), mayBeAbsent: isDefault);
        foreach (var fault in configuration.Faults.All.Where(static fault => fault.Severity == FaultSeverity.Error))
        {
            result.InvocationConfiguration.Error.WriteLine(fault);
        }

        return configuration.Faults.HasErrors ? null : configuration;
    }

    /// <summary>How these commands make alerts: as the configuration decides matches, in a form that they can read.</summary>
    public static DetectorOptions OptionsOf(DetectorConfiguration configuration) =>
        configuration.Options with { JsonOutput = true, JsonIncludeMessageProperty = true };

    /// <summary>The rules of files, with the configuration's choice of them; null after mistakes, which were then told.</summary>
    /// <param name="files">The files.</param>
    /// <param name="streams">The streams of events that the rules may be about.</param>
    /// <param name="options">The configuration.</param>
    /// <param name="error">Told the mistakes; null for nobody.</param>
    public static RuleSet? Load(IReadOnlyList<RuleFile> files, IReadOnlyList<EventStream> streams, DetectorOptions options, TextWriter? error)
    {
        var set = RuleLoading.Load(files, streams);
        foreach (var finding in set.DistinctDiagnostics.Where(static finding => finding.Severity == DiagnosticSeverity.Error))
        {
            error?.WriteLine(finding.Headline);
        }

        if (!set.Successful)
        {
            return null;
        }

        using var logging = LoggerFactory.Create(builder => _ = error is null ? builder : builder.AddLines());
        return set with { Rules = RuleSelection.Apply(options.Rules, [.. set.Rules.Where(rule => rule.Priority <= options.Priority)], logging.CreateLogger("saker-detector")) };
    }
}
