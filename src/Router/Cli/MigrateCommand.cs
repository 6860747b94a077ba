using System.CommandLine;
using Saker.CommandLine;
using Saker.Outputs;
using Saker.Router.Configuration;
using Saker.Settings;

namespace Saker.Router.Cli;

/// <summary>
/// <c>saker-router migrate FILE</c>: reads a configuration of Falcosidekick, and variables, as this router would, and says of each key what it
/// becomes and what is different then.
/// </summary>
internal static class MigrateCommand
{
    private const string Differences = "docs/falcosidekick-differences.md";
    private static readonly string[] Header = ["KEY", "FROM", "BECOMES"];

    public static Command Create()
    {
        var file = new Argument<string?>("FILE") { Description = "Falcosidekick's configuration file. Without one only variables are read.", Arity = ArgumentArity.ZeroOrOne };
        var variables = new Option<string?>("--env-file") { Description = "A file with a variable NAME=VALUE on each line (docker's --env-file; kubectl's printenv), in place of the variables of this shell.", HelpName = "FILE" };
        var command = new Command("migrate", "Says what each key of a Falcosidekick configuration becomes here, and what differs. Example: saker-router migrate /etc/falcosidekick/config.yaml") { file, variables, JsonOutput.Option }.EndsWith((0, "the router would start with it as it is"), (1, "the file of --env-file cannot be read"), (2, "something must be mended first"));
        command.SetAction(async (result, cancellationToken) =>
        {
            var (output, errors) = (result.InvocationConfiguration.Output, result.InvocationConfiguration.Error);
            var environment = EnvironmentVariables.OfProcess();
            if (result.GetValue(variables) is { } path)
            {
                try
                {
                    environment = new EnvironmentVariables(EnvironmentFile.Parse(await File.ReadAllLinesAsync(path, cancellationToken)));
                }
                catch (Exception exception) when (FileProblem.Is(exception))
                {
                    await errors.WriteLineAsync($"'{path}' cannot be read: {FileProblem.Reason(exception, path)}");
                    return 1;
                }
            }

            return await RunAsync(RouterConfigurationLoader.Load(result.GetValue(file), environment, OutputCatalogue.Default), result.GetValue(JsonOutput.Option), output);
        });
        return command;
    }

    /// <summary>0 when the router would start with it as it is; 2 when something must be mended first.</summary>
    public static async Task<int> RunAsync(RouterConfiguration configuration, bool json, TextWriter output)
    {
        var rows = Rows(configuration);
        var differing = configuration.Outputs.Select(static instance => instance.Registration.Descriptor).Distinct().Where(static descriptor => descriptor.Differences.Count > 0).ToList();
        if (json)
        {
            await WriteJsonAsync(configuration, rows, differing, output);
            return configuration.IsRefused ? 2 : 0;
        }

        if (rows.Count > 0)
        {
            await ControlCommands.PrintAsync(output, [Header, .. rows.Select(static row => (string[])[row.Key, row.Source, row.Becomes])]);
            await output.WriteLineAsync();
        }

        await output.WriteLineAsync($"Outputs: {(configuration.Outputs.Count == 0 ? "none" : string.Join(", ", configuration.Outputs.Select(static instance => instance.Name)))}.");
        foreach (var descriptor in differing)
        {
            await output.WriteLineAsync($"\n{descriptor.Title}, otherwise than Falcosidekick ('strictcompatibility: true' gives the old form):");
            foreach (var difference in descriptor.Differences)
            {
                await output.WriteLineAsync($"  - Falcosidekick: {difference.Falcosidekick}\n    Here: {difference.Saker}");
            }
        }

        await output.WriteLineAsync($"\nWhat differs for every output: {Differences}.");
        await output.WriteLineAsync(configuration.IsRefused
            ? "The router does not start with this until what is marked 'mend' is mended; 'config.onerror: ignore' runs the valid rest."
            : "The router starts with this as it is: give it the same file and the same variables.");
        return configuration.IsRefused ? 2 : 0;
    }

    private static List<(string Key, string Source, string Becomes)> Rows(RouterConfiguration configuration)
    {
        var told = configuration.Faults.ToLookup(static fault => fault.Key, StringComparer.OrdinalIgnoreCase);
        var rows = configuration.Effective.Where(static value => value.Source is not null)
            .Select(value => (value.Path, value.Source!.Value.ToString(), told[value.Path].Any() ? Say(told[value.Path]) : $"{(value.Text.Length == 0 ? "\"\"" : value.Text.ReplaceLineEndings("\\n"))}"))
            .ToList();
        var known = rows.Select(static row => row.Path).ToHashSet(StringComparer.OrdinalIgnoreCase);
        rows.AddRange(told.Where(group => !known.Contains(group.Key)).Select(static group => (group.Key, group.First().Source.ToString(), Say(group))));
        return rows;
    }

    private static string Say(IEnumerable<ConfigFault> faults) =>
        string.Join(" ", faults.Select(static fault => $"{(fault.Severity == FaultSeverity.Error ? "mend: " : "")}{fault.Message}")).ReplaceLineEndings("\\n");

    private static Task WriteJsonAsync(RouterConfiguration configuration, List<(string Key, string Source, string Becomes)> rows, List<OutputDescriptor> differing, TextWriter output) =>
        JsonOutput.WriteAsync(output, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("starts", !configuration.IsRefused);
            json.WriteStartArray("outputs");
            foreach (var instance in configuration.Outputs)
            {
                json.WriteStringValue(instance.Name);
            }

            json.WriteEndArray();
            json.WriteStartArray("keys");
            foreach (var (key, source, becomes) in rows)
            {
                json.WriteStartObject();
                json.WriteString("key", key);
                json.WriteString("from", source);
                json.WriteString("becomes", becomes);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("differences");
            foreach (var (type, difference) in differing.SelectMany(static descriptor => descriptor.Differences.Select(difference => (descriptor.Type, difference))))
            {
                json.WriteStartObject();
                json.WriteString("output", type);
                json.WriteString("falcosidekick", difference.Falcosidekick);
                json.WriteString("saker", difference.Saker);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
}
