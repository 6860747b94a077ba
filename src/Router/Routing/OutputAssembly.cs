using Saker.AlertConditions;
using Saker.Outputs;
using Saker.Router.Configuration;
using Saker.Router.Options;
using Saker.Settings;

namespace Saker.Router.Routing;

/// <summary>Makes the output instances of a configuration. Opens no connection.</summary>
internal static class OutputAssembly
{
    /// <summary>The instances that could be made; what is wrong with the others goes to <paramref name="faults"/>.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="clock">The clock of the outputs.</param>
    /// <param name="faults">Gets what is wrong.</param>
    /// <param name="existing">Gives the output for an instance that need not be made; null for none.</param>
    public static List<RoutedOutput> Create(RouterConfiguration configuration, TimeProvider clock, ConfigFaults faults, Func<OutputInstance, RoutedOutput?>? existing = null)
    {
        var files = TlsFiles(configuration.Router);
        var outputs = new List<RoutedOutput>();
        foreach (var instance in configuration.Outputs)
        {
            if (existing?.Invoke(instance) is { } present)
            {
                outputs.Add(present);
                continue;
            }

            try
            {
                outputs.Add(Create(instance, configuration, files, clock));
            }
            catch (OutputConfigurationException exception)
            {
                var path = OptionsBinder.Join(instance.Path, exception.Key);
                var source = configuration.Effective.FirstOrDefault(value => value.Path == path)?.Source ?? instance.Source;
                faults.Error(source, path, exception.Message);
            }
        }

        return outputs;
    }

    private static RoutedOutput Create(OutputInstance instance, RouterConfiguration configuration, TlsClientFiles files, TimeProvider clock)
    {
        var filter = new AlertFilter(instance.Options.MinimumPriority, Condition(instance.Options.When));
        var client = OutputHttpClients.Create(instance.Options as HttpOutputOptions ?? NoHttp, files);
        try
        {
            var context = new OutputContext { Name = instance.Name, Clock = clock, Http = client, Strict = configuration.Router.StrictCompatibility };
            return new RoutedOutput(instance, instance.Registration.Create(instance.Options, context), filter, client);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static WhenCondition? Condition(string text)
    {
        var errors = new List<string>();
        var condition = WhenCondition.Compile(text, errors);
        return errors.Count == 0 ? condition : throw new OutputConfigurationException("when", string.Join(" ", errors));
    }

    // The context of an output that speaks no HTTP has a client all the same; it never connects.
    private static readonly HttpOutputOptions NoHttp = new NoHttpOptions();

    /// <summary>The certificates of this machine towards its outputs.</summary>
    public static TlsClientFiles TlsFiles(RouterOptions options)
    {
        var mutual = options.MutualTlsClient;
        return new TlsClientFiles
        {
            CaCertFile = options.TlsClient.CaCertFile.Length > 0 ? options.TlsClient.CaCertFile : mutual.CaCertFile,
            CertFile = mutual.CertFile.Length > 0 ? mutual.CertFile : Path.Combine(options.MutualTlsFilesPath, "client.crt"),
            KeyFile = mutual.KeyFile.Length > 0 ? mutual.KeyFile : Path.Combine(options.MutualTlsFilesPath, "client.key"),
        };
    }

    private sealed record NoHttpOptions : HttpOutputOptions;
}
