using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Saker.Alerts;
using Saker.Router.Configuration;
using Saker.Router.Enrichment;
using Saker.Router.Routing;
using Saker.Settings;
using Xunit;

namespace Saker.Outputs.Testing;

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
    /// <param name="environment">The variables; null for none.</param>
    /// <param name="route">Where names and ports lead; null leads nowhere else.</param>
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

    /// <summary>YAML of one instance with flat keys, which the configuration takes as it takes a section's.</summary>
    public static string Yaml(string type, IReadOnlyDictionary<string, string?> keys, bool strict = false)
    {
        var yaml = new StringBuilder($"strictcompatibility: {(strict ? "true" : "false")}\noutputs:\n  tested:\n    type: {type}\n");
        foreach (var (key, value) in keys)
        {
            yaml.Append(System.Globalization.CultureInfo.InvariantCulture, $"    {key}: '{value?.Replace("'", "''", StringComparison.Ordinal)}'\n");
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
