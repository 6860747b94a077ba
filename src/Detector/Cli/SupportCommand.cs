using System.CommandLine;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Saker.Detector.Configuration;
using Saker.Detector.Engine;
using Saker.Detector.Telemetry;
using Saker.Rules;

namespace Saker.Detector.Cli;

/// <summary>
/// <c>saker-detector support</c>: what to put into a report of a fault, as JSON. No value of the configuration is in it, for some are
/// secrets.
/// </summary>
internal static class SupportCommand
{
    /// <param name="read">Reads the configuration that the command line names.</param>
    /// <param name="rules">The rule files that it names.</param>
    public static Command Create(Func<ParseResult, DetectorConfiguration> read, Func<ParseResult, IReadOnlyList<string>> rules)
    {
        var command = new Command("support", "Prints what belongs into a report of a fault, as JSON: versions, the machine, configuration and rule files with their checksums. No secrets.");
        command.SetAction(result =>
        {
            result.InvocationConfiguration.Output.WriteLine(Describe(read(result), rules(result)).ToJsonString(IndentedJson.Options));
            return 0;
        });
        return command;
    }

    private static JsonObject Describe(DetectorConfiguration configuration, IReadOnlyList<string> given) => new()
    {
        ["version"] = DetectorFacts.Version,
        ["engine_info"] = new JsonObject { ["engine_version"] = RuleLoaderOptions.DefaultEngineVersion.ToString() },
        ["system_info"] = new JsonObject
        {
            ["sysname"] = "Linux",
            ["release"] = Environment.OSVersion.Version.ToString(),
            ["version"] = RuntimeInformation.OSDescription,
            ["machine"] = RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(),
            ["nodename"] = Environment.MachineName,
            ["runtime"] = RuntimeInformation.FrameworkDescription,
            ["processors"] = Environment.ProcessorCount,
        },
        ["config"] = File(configuration.File),
        ["config_faults"] = new JsonArray([.. configuration.Faults.All.Select(static fault => JsonValue.Create(fault.ToString()))]),
        ["rules_files"] = new JsonArray([.. RuleFiles.Expand(configuration.RulePaths(given)).Select(File)]),
    };

    private static JsonObject File(string path)
    {
        try
        {
            return new JsonObject { ["name"] = path, ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(System.IO.File.ReadAllBytes(path))) };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new JsonObject { ["name"] = path, ["fault"] = exception.Message };
        }
    }
}
