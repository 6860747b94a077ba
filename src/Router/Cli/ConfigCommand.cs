using Microsoft.Extensions.Logging.Abstractions;
using Saker.Router.Api;
using Saker.Router.Configuration;
using Saker.Router.Routing;
using Saker.Settings;

namespace Saker.Router.Cli;

/// <summary><c>saker-router config</c>: what the router understood and where each value came from.</summary>
internal static class ConfigCommand
{
    /// <summary>Prints the settings to <paramref name="output"/> and the findings to <paramref name="errors"/>; 1 when the router would not start.</summary>
    public static async Task<int> RunAsync(RouterConfiguration configuration, bool json, TextWriter output, TextWriter errors)
    {
        var faults = new ConfigFaults();
        foreach (var routed in OutputAssembly.Create(configuration, TimeProvider.System, faults, new OutputNotices(static (_, _) => { }, NullLogger.Instance)))
        {
            await routed.DisposeAsync();
        }

        var view = ConfigurationView.Of(configuration, faults.All);
        if (json)
        {
            await JsonOutput.WriteAsync(output, view, JsonOutput.Forms.ConfigurationView);
            return configuration.IsRefused || faults.HasErrors ? 1 : 0;
        }

        Print(view, output);
        foreach (var finding in view.Findings)
        {
            await errors.WriteLineAsync($"{finding.Severity}: {finding.Detail}");
        }

        return configuration.IsRefused || faults.HasErrors ? 1 : 0;
    }

    private static void Print(ConfigurationView configuration, TextWriter output)
    {
        var width = configuration.Settings.Select(static setting => Text(setting).Length).Where(static length => length <= 72).DefaultIfEmpty().Max();
        foreach (var setting in configuration.Settings)
        {
            output.WriteLine($"{Text(setting).PadRight(width)}  # {setting.Source}");
        }

        output.WriteLine($"# Proxies: {configuration.Proxies}");
        output.WriteLine(configuration.Outputs.Count == 0
            ? "# No output is on."
            : $"# Outputs: {string.Join(", ", configuration.Outputs.Select(static output => $"{output.Name} ({output.Type})"))}");
    }

    private static string Text(SettingView setting) => $"{setting.Key}: {(setting.Value.Length == 0 ? "\"\"" : setting.Value.ReplaceLineEndings("\\n"))}";
}
