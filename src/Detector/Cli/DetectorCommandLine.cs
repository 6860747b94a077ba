using System.CommandLine;
using Saker.CommandLine;
using Saker.Alerts;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Following;
using Saker.Detector.Hosting;
using Saker.Detector.Outputs;
using Saker.Logging;
using Saker.Settings;

namespace Saker.Detector.Cli;

/// <summary>The command line: Falco's options under their names, and ours.</summary>
internal static class DetectorCommandLine
{
    private const string DefaultConfig = "/etc/saker/detector.yaml";

    // Falco's own words for it, from before append_output.
    private static readonly string[] ContainerWords =
        ["c", "container", "cg", "container-gvisor", "k", "kubernetes", "kg", "kubernetes-gvisor", "m", "mesos"];

    /// <summary>Runs a command line, in Falco's words or in ours, to its end. Returns the exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        using var control = new HostControl();
        using var signals = new ProcessSignals(control);
        var translated = FalcoArguments.Of(arguments);
        foreach (var note in translated.Notes)
        {
            await Console.Error.WriteLineAsync($"saker-detector: {note}");
        }

        if (translated.Refusal is { } refusal)
        {
            await Console.Error.WriteLineAsync($"saker-detector: {refusal}");
            return 1;
        }

        // The control has the signals; the stop has its own bounds.
        return await Invocation.RunAsync(
            Create(control: control), [.. translated.Arguments], new InvocationConfiguration { ProcessTerminationTimeout = null }, control.Stop);
    }

    /// <param name="defaultConfig">The configuration where none is named.</param>
    /// <param name="control">What may be asked of a running detector; null for nothing.</param>
    public static RootCommand Create(string defaultConfig = DefaultConfig, HostControl? control = null)
    {
        var config = new Option<string>("--config", "-c")
        {
            Description = $"Configuration file, with the keys of falco.yaml. Default: {defaultConfig}; when that is not there, 'replay', 'record' and whoever names --rules do without.",
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
        var limits = new RunLimits();
        var root = new RootCommand("Watches system calls, and makes alerts of those that rules in Falco's language match. Falco's own options work as well.")
        {
            config, rules, settings, print,
        };
        limits.AddTo(root);
        root.SetAction((result, stop) => RunAsync(result, IsDefault(result) && result.GetValue(rules) is { Length: > 0 }, Settings(result), stop));

        var capture = new Argument<string>("FILE") { Description = "The capture (.scap)." };
        var replay = new Command("replay", "Reads events from a capture instead of the kernel.") { capture };
        limits.AddTo(replay);
        replay.SetAction((result, stop) => RunAsync(
            result,
            IsDefault(result),
            // A detector that watches may run beside it, and port and spool are that one's; -o webserver.enabled=true asks for it all the same.
            ["webserver.enabled=false", "outputs_spool.enabled=false", .. Settings(result), "engine.kind=replay", $"engine.replay.capture_file={Path.GetFullPath(result.GetValue(capture)!)}"],
            stop));
        root.Add(replay);
        root.Add(RecordCommand.Create((result, stop, run) => WithConfigurationAsync(
            Reading(result, IsDefault(result), result.GetValue(settings) ?? []),
            (configuration, logger) => run(configuration, result.GetValue(rules) ?? [], logger, stop))));
        var ruleCommands = RulesCommand.Create(config, rules, settings);
        ruleCommands.Add(FollowCommands.CreateUpdate((result, stop, run) => WithConfigurationAsync(
            Reading(result, mayBeAbsent: false, result.GetValue(settings) ?? []), (configuration, logger) => run(configuration, logger, stop))));
        ruleCommands.Add(FollowCommands.CreatePull());
        root.Add(ruleCommands);
        root.Add(FieldsCommand.Create());
        root.Add(EventsCommand.Create());
        root.Add(PluginsCommand.Create());
        root.Add(PluginsCommand.CreateSchema());
        root.Add(SupportCommand.Create(result => Reading(result, mayBeAbsent: true, result.GetValue(settings) ?? [])(), result => result.GetValue(rules) ?? []));
        return root;

        bool IsDefault(ParseResult result) => result.GetResult(config) is null or { Implicit: true };

        IReadOnlyList<string> Settings(ParseResult result) =>
        [
            .. result.GetValue(settings) ?? [],
            .. (result.GetValue(print) ?? []).Select(static format =>
                ContainerWords.Contains(format) ? "append_output[].suggested_output=true" : $"append_output[].extra_output={format}"),
        ];

        Func<DetectorConfiguration> Reading(ParseResult result, bool mayBeAbsent, IReadOnlyList<string> given) =>
            () => FollowedRules.PutIn(DetectorConfiguration.Load(result.GetValue(config)!, given, EnvironmentVariables.OfProcess(), mayBeAbsent));

        Task<int> RunAsync(ParseResult result, bool mayBeAbsent, IReadOnlyList<string> given, CancellationToken stop)
        {
            var read = Reading(result, mayBeAbsent, given);
            return WithConfigurationAsync(read, (configuration, logger) => limits.RunAsync(result, (begin, token) =>
            {
                var host = new DetectorHost(configuration, result.GetValue(rules) ?? [], TimeProvider.System, logger) { Control = control, Reread = read, Begins = begin };
                return limits.IsDryRun(result) ? Task.FromResult(host.Check()) : host.RunAsync(token);
            }, stop));
        }
    }

    private static async Task<int> WithConfigurationAsync(Func<DetectorConfiguration> read, Func<DetectorConfiguration, ILogger, Task<int>> run)
    {
        var configuration = read();
        using var logging = LoggerFactory.Create(builder => Log(builder, configuration.Options));
        var logger = logging.CreateLogger("saker-detector");
        EngineMessages.Tell(logger, configuration.Faults);
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

    private static void Log(ILoggingBuilder builder, DetectorOptions options)
    {
        builder.SetMinimumLevel(Level(options));
        if (options.LogStderr)
        {
            builder.AddLines();
        }

        if (options.LogSyslog)
        {
            builder.AddProvider(new SyslogLog(TimeProvider.System));
        }
    }

    private static LogLevel Level(DetectorOptions options) => options.LogLevel switch
    {
        <= Priority.Critical => LogLevel.Critical,
        Priority.Error => LogLevel.Error,
        Priority.Warning => LogLevel.Warning,
        Priority.Notice or Priority.Informational => LogLevel.Information,
        _ => LogLevel.Debug,
    };
}
