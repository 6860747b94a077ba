using System.CommandLine;
using System.Reflection;

namespace Saker.Detector.Cli;

/// <summary><c>saker-detector plugins</c> and <c>saker-detector schema</c>: what is part of this build.</summary>
internal static class PluginsCommand
{
    // Falco's plugins that are native here, with the version whose fields and settings they have.
    private static readonly (string Name, string Version, string Meaning)[] builtIn =
    [
        ("container", "0.7.1", "fields of containers and pods (container.*, k8s.pod.*), from the container runtimes"),
    ];

    public static Command Create()
    {
        var command = new Command("plugins", "Lists the plugins of Falco that are part of this build. No others are loaded.");
        command.SetAction(static result =>
        {
            var output = result.InvocationConfiguration.Output;
            output.WriteLine($"{builtIn.Length} Plugins Loaded:");
            foreach (var (name, version, meaning) in builtIn)
            {
                output.WriteLine($"\nName: {name}\nDescription: {meaning}\nVersion: {version}\nCapabilities:\n  - Field Extraction\n  - Async Events");
            }

            return 0;
        });
        return command;
    }

    public static Command CreateSchema()
    {
        var command = new Command("schema", "Prints the JSON schema of the configuration, for editors.");
        command.SetAction(static result =>
        {
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("detector.schema.json")!;
            using var reader = new StreamReader(stream);
            result.InvocationConfiguration.Output.Write(reader.ReadToEnd());
            return 0;
        });
        return command;
    }
}
