using Microsoft.Extensions.Logging.Abstractions;
using Saker.Router.Configuration;
using Saker.Router.Routing;
using Saker.Settings;

namespace Saker.Router.Cli;

/// <summary><c>saker-router config</c>: what the router understood and where each value came from.</summary>
internal static class ConfigCommand
{
    /// <summary>Prints the settings to <paramref name="output"/> and the findings to <paramref name="errors"/>; 1 when the router would not start.</summary>
    public static async Task<int> RunAsync(RouterConfiguration configuration, TextWriter output, TextWriter errors)
    {
        var faults = new ConfigFaults();
        foreach (var routed in OutputAssembly.Create(configuration, TimeProvider.System, faults, new OutputNotices(static (_, _) => { }, NullLogger.Instance)))
        {
            await routed.DisposeAsync();
        }

        Print(configuration, output);
        foreach (var fault in configuration.Faults.Concat(faults.All))
        {
            await errors.WriteLineAsync($"{fault.Severity.ToString().ToLowerInvariant()}: {fault}");
        }

        return configuration.IsRefused || faults.HasErrors ? 1 : 0;
    }

    private static void Print(RouterConfiguration configuration, TextWriter output)
    {
        var width = configuration.Effective.Select(static value => Setting(value).Length).Where(static length => length <= 72).DefaultIfEmpty().Max();
        foreach (var value in configuration.Effective)
        {
            output.WriteLine($"{Setting(value).PadRight(width)}  # {value.Source?.ToString() ?? "default"}");
        }

        output.WriteLine($"# Proxies: {configuration.Proxy}");
        output.WriteLine(configuration.Outputs.Count == 0
            ? "# No output is on."
            : $"# Outputs: {string.Join(", ", configuration.Outputs.Select(static output => $"{output.Name} ({output.Registration.Descriptor.Type})"))}");
    }

    private static string Setting(EffectiveValue value) => $"{value.Path}: {(value.Text.Length == 0 ? "\"\"" : value.Text.ReplaceLineEndings("\\n"))}";
}
