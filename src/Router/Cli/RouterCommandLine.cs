using System.CommandLine;
using Saker.CommandLine;
using Saker.Router.Configuration;
using Saker.Router.Hosting;
using Saker.Router.Log;
using Saker.Settings;

namespace Saker.Router.Cli;

/// <summary>The command line: Falcosidekick's options under their names, and ours.</summary>
internal static class RouterCommandLine
{
    public static RootCommand Create()
    {
        var config = new Option<string?>("--config", "--config-file", "-c")
        {
            Description = "Configuration file (YAML or JSON). Without one the environment alone configures the router.",
            HelpName = "FILE",
            Recursive = true,
        };
        var dataDirectory = new Option<string?>("--data-dir")
        {
            Description = $"Directory for the alert log. Without it: the variable {DefaultDataDirectory.Variable}; else /var/lib/saker-router where it can be written, else saker-router in the temporary folder, or in /dev/shm with 'delivery.durability: memory'.",
            HelpName = "DIR",
            Recursive = true,
            DefaultValueFactory = static _ => Environment.GetEnvironmentVariable(DefaultDataDirectory.Variable) is { Length: > 0 } named ? named : null,
        };
        var root = new RootCommand("Takes Falco's alerts, keeps each one before it says yes, and delivers it to every output.") { config, dataDirectory };
        root.EndsWith(
            (0, "the router was asked to stop, and has stopped in order"),
            (1, "it could not start, or could not go on; its log says why"),
            (130, "ended at once by a second Ctrl-C (143: by a second SIGTERM)"));
        foreach (var version in root.Options.OfType<VersionOption>())
        {
            version.Aliases.Add("-v");
        }

        root.SetAction((result, cancellationToken) => RunCommand.RunAsync(Load(result.GetValue(config)), result.GetValue(dataDirectory), cancellationToken));

        var print = new Command("config", "Prints the configuration in effect with the source of each value; secrets are hidden. Example: saker-router config --config router.yaml") { JsonOutput.Option }.EndsWith((0, "the router would start with it"), (1, "it would not; standard error, or findings in the JSON, says why"));
        print.SetAction((result, _) => ConfigCommand.RunAsync(Load(result.GetValue(config)), result.GetValue(JsonOutput.Option), Console.Out, Console.Error));
        root.Add(print);

        root.Add(TestCommand.Create(result => Load(result.GetValue(config)), dataDirectory));
        root.Add(SendCommand.Create(result => Load(result.GetValue(config))));
        root.Add(RouteCommand.Create(result => Load(result.GetValue(config)), dataDirectory));
        root.Add(TokenCommand.Create());
        root.Add(MigrateCommand.Create());
        root.Add(OutputsCommand.Create(result => Load(result.GetValue(config)), dataDirectory));
        root.Add(StatusCommand.Create(result => Load(result.GetValue(config)), dataDirectory));
        root.Add(DeadLettersCommand.Create(result => Load(result.GetValue(config)), dataDirectory));
        return root;
    }

    private static RouterConfiguration Load(string? file) =>
        RouterConfigurationLoader.Load(file, EnvironmentVariables.OfProcess(), OutputCatalogue.Default);
}
