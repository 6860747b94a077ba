using System.CommandLine;
using Saker.Alerts;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Logging;
using Saker.Settings;

namespace Saker.Detector.Cli;

/// <summary>The command line: Falco's options under their names, and ours.</summary>
internal static class DetectorCommandLine
{
    private const string DefaultConfig = "/etc/saker/detector.yaml";

    // Falco's own words for it, from before append_output.
    private static readonly string[] ContainerWords = ["c", "container", "k", "kubernetes"];

    /// <param name="defaultConfig">The configuration where none is named.</param>
    public static RootCommand Create(string defaultConfig = DefaultConfig)
    {
        var config = new Option<string>("--config", "-c")
        {
            Description = $"Configuration file, with the keys of falco.yaml. Default: {defaultConfig}; 'replay' and 'record' do without when that is not there.",
            HelpName = "FILE",
            DefaultValueFactory = _ => defaultConfig,
            Recursive = true,
        };
        var rules = new Option<string[]>("--rules", "-r")
        {
            Description = "Rule file or folder, in place of rules_files; may be given several times.",
            HelpName = "FILE",
            Recursive = true,
        };
        var settings = new Option<string[]>("--option", "-o")
        {
            Description = "Sets a key of the configuration: -o json_output=true.",
            HelpName = "KEY=VALUE",
            Recursive = true,
        };
        var print = new Option<string[]>("--print", "-p")
        {
            Description = "Adds to every alert's message: -p 'cpu=%evt.cpu'; -pc and -pk add the container and the pod.",
            HelpName = "FORMAT",
            Recursive = true,
        };
        var root = new RootCommand("Watches system calls, and makes alerts of those that rules in Falco's language match.") { config, rules, settings, print };
        root.SetAction((result, stop) =>
            RunAsync(result.GetValue(config)!, mayBeAbsent: false, result.GetValue(rules) ?? [], Settings(result), stop));

        var capture = new Argument<string>("FILE") { Description = "The capture (.scap)." };
        var replay = new Command("replay", "Reads events from a capture instead of the kernel.") { capture };
        replay.SetAction((result, stop) => RunAsync(
            result.GetValue(config)!,
            IsDefault(result),
            result.GetValue(rules) ?? [],
            // A detector that watches may run beside it, and the port is that one's; -o webserver.enabled=true asks for it all the same.
            ["webserver.enabled=false", .. Settings(result), "engine.kind=replay", $"engine.replay.capture_file={Path.GetFullPath(result.GetValue(capture)!)}"],
            stop));
        root.Add(replay);
        root.Add(RecordCommand.Create((result, stop, run) =>
            WithConfigurationAsync(result.GetValue(config)!, IsDefault(result), result.GetValue(settings) ?? [], (configuration, logger) => run(configuration, result.GetValue(rules) ?? [], logger, stop))));
        root.Add(RulesCommand.Create(config, rules, settings));
        root.Add(FieldsCommand.Create());
        return root;

        bool IsDefault(ParseResult result) => result.GetResult(config) is null or { Implicit: true };

        IReadOnlyList<string> Settings(ParseResult result) =>
        [
            .. result.GetValue(settings) ?? [],
            .. (result.GetValue(print) ?? []).Select(static format =>
                ContainerWords.Contains(format) ? "append_output[].suggested_output=true" : $"append_output[].extra_output={format}"),
        ];
    }

    private static Task<int> RunAsync(string file, bool mayBeAbsent, IReadOnlyList<string> rules, IReadOnlyList<string> settings, CancellationToken stop) =>
        WithConfigurationAsync(file, mayBeAbsent, settings, (configuration, logger) => new DetectorHost(configuration, rules, TimeProvider.System, logger).RunAsync(stop));

    private static async Task<int> WithConfigurationAsync(string file, bool mayBeAbsent, IReadOnlyList<string> settings, Func<DetectorConfiguration, ILogger, Task<int>> run)
    {
        var configuration = DetectorConfiguration.Load(file, settings, EnvironmentVariables.OfProcess(), mayBeAbsent);
        using var logging = LoggerFactory.Create(builder => builder.AddLines().SetMinimumLevel(Level(configuration.Options)));
        var logger = logging.CreateLogger("saker-detector");
        foreach (var fault in configuration.Faults.All)
        {
            if (fault.Severity == FaultSeverity.Error)
            {
                EngineMessages.Mistake(logger, fault.ToString());
            }
            else
            {
                EngineMessages.Finding(logger, fault.ToString());
            }
        }

        if (configuration.Faults.HasErrors)
        {
            return 1;
        }

        if (configuration.IsAbsent)
        {
            EngineMessages.Defaults(logger, configuration.File);
        }

        return await run(configuration, logger);
    }

    private static LogLevel Level(DetectorOptions options) => !options.LogStderr ? LogLevel.None : options.LogLevel switch
    {
        <= Priority.Critical => LogLevel.Critical,
        Priority.Error => LogLevel.Error,
        Priority.Warning => LogLevel.Warning,
        Priority.Notice or Priority.Informational => LogLevel.Information,
        _ => LogLevel.Debug,
    };
}
