using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Saker.Alerts;
using Saker.Router.Configuration;
using Saker.Router.Enrichment;
using Saker.Router.Routing;
using Saker.Settings;

namespace Saker.Outputs.Tests;

/// <summary>Outputs made the way the router makes them: from a configuration file and variables, by the real reader and binder.</summary>
public sealed class ConfiguredRouter : IAsyncDisposable
{
    private readonly List<RoutedOutput> outputs;
    private readonly AlertEnricher enricher;

    private ConfiguredRouter(List<RoutedOutput> outputs, AlertEnricher enricher, IReadOnlyList<string> faults, IReadOnlyList<string> failures)
    {
        Failures = failures;
        this.outputs = outputs;
        this.enricher = enricher;
        Faults = faults;
    }

    /// <summary>The errors of the configuration, each as it would be printed.</summary>
    public IReadOnlyList<string> Faults { get; }

    /// <summary>Options that failed on an alert, with what was wrong.</summary>
    public IReadOnlyList<string> Failures { get; }

    /// <summary>The instances that are switched on.</summary>
    public IReadOnlyList<IOutput> Outputs => [.. outputs.Select(static output => output.Output)];

    /// <summary>The one instance.</summary>
    public IOutput Output
    {
        get
        {
            Assert.True(Faults.Count == 0, string.Join('\n', Faults));
            return Assert.Single(Outputs);
        }
    }

    /// <summary>Reads a configuration.</summary>
    /// <param name="yaml">The file.</param>
    /// <param name="environment">The variables; none but these are seen.</param>
    /// <param name="route">Where names and ports lead in place of what the network says.</param>
    public static ConfiguredRouter Load(string yaml, IReadOnlyDictionary<string, string>? environment = null, Func<DnsEndPoint, EndPoint>? route = null)
    {
        var file = Path.Combine(Path.GetTempPath(), $"saker-{Guid.NewGuid():N}.yaml");
        File.WriteAllText(file, yaml);
        try
        {
            var variables = new EnvironmentVariables(environment ?? new Dictionary<string, string>());
            var configuration = RouterConfigurationLoader.Load(file, variables, OutputCatalogue.Default);
            var faults = new ConfigFaults();
            var failures = new List<string>();
            var outputs = OutputAssembly.Create(configuration, TimeProvider.System, faults, new OutputNotices(Fails, NullLogger.Instance), route: route);
            var errors = configuration.Faults.Concat(faults.All).Where(static fault => fault.Severity == FaultSeverity.Error);
            return new ConfiguredRouter(outputs, new AlertEnricher(configuration.Router, (name, problem) => Fails($"templatedfields.{name}", problem)), [.. errors.Select(static fault => fault.ToString())], failures);

            void Fails(string key, string problem) => failures.Add($"{key}: {problem}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>YAML of one instance; a key with a dot stands in a section below it.</summary>
    public static string Yaml(string type, IReadOnlyDictionary<string, string?> keys, bool strict = false)
    {
        var yaml = new StringBuilder($"strictcompatibility: {(strict ? "true" : "false")}\noutputs:\n  tested:\n    type: {type}\n");
        foreach (var section in keys.GroupBy(static pair => pair.Key.Contains('.', StringComparison.Ordinal) ? pair.Key.Split('.')[0] : ""))
        {
            var (head, indent, cut) = section.Key.Length == 0 ? ("", "    ", 0) : ($"    {section.Key}:\n", "      ", section.Key.Length + 1);
            yaml.Append(head);
            foreach (var (key, value) in section)
            {
                yaml.Append(System.Globalization.CultureInfo.InvariantCulture, $"{indent}{key[cut..]}: '{value?.Replace("'", "''", StringComparison.Ordinal)}'\n");
            }
        }

        return yaml.ToString();
    }

    /// <summary>What is added to every alert before it is stored.</summary>
    public Alert Enrich(Alert alert) => enricher.Enrich(alert);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var output in outputs)
        {
            await output.DisposeAsync();
        }
    }
}
