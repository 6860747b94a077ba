using Saker.AlertConditions;
using Saker.Outputs;
using Saker.Router.Configuration;
using Saker.Settings;

namespace Saker.Router.Routing;

/// <summary>Makes the output instances of a configuration. Opens no connection.</summary>
internal static class OutputAssembly
{
    /// <summary>The instances that could be made; what is wrong with the others goes to <paramref name="faults"/>.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="clock">The clock of the outputs.</param>
    /// <param name="faults">Gets what is wrong.</param>
    /// <param name="notices">Gets what the outputs have to say.</param>
    /// <param name="existing">Gives the output for an instance that need not be made; null for none.</param>
    public static List<RoutedOutput> Create(RouterConfiguration configuration, TimeProvider clock, ConfigFaults faults, OutputNotices notices, Func<OutputInstance, RoutedOutput?>? existing = null)
    {
        var certificates = ClientCertificates.Read(
            configuration.Router, configuration.Outputs.Any(IsMutual), (key, sentence) => faults.Error(SourceOf(key, ConfigSource.InVariable(EnvironmentVariables.NameOf(key))), key, sentence));
        var outputs = new List<RoutedOutput>();
        foreach (var instance in configuration.Outputs)
        {
            if (existing?.Invoke(instance) is { } present)
            {
                outputs.Add(present);
                continue;
            }

            if (IsMutual(instance) && certificates.Client is null)
            {
                continue; // told at the key that names the file
            }

            try
            {
                outputs.Add(Create(instance, configuration, certificates, clock, notices));
            }
            catch (OutputConfigurationException exception)
            {
                var path = OptionsBinder.Join(instance.Path, exception.Key);
                faults.Error(SourceOf(path, instance.Source), path, exception.Message);
            }
        }

        return outputs;

        ConfigSource SourceOf(string path, ConfigSource otherwise) =>
            configuration.Effective.FirstOrDefault(value => value.Path == path)?.Source ?? otherwise;
    }

    private static RoutedOutput Create(OutputInstance instance, RouterConfiguration configuration, TlsClientCertificates certificates, TimeProvider clock, OutputNotices notices)
    {
        var filter = new AlertFilter(instance.Options.MinimumPriority, Condition(instance.Options.When));
        var client = OutputHttpClients.Create(instance.Options as HttpOutputOptions ?? NoHttp, certificates, configuration.Proxy);
        try
        {
            var context = new OutputContext
            {
                Name = instance.Name,
                Clock = clock,
                Http = client,
                Strict = configuration.Router.StrictCompatibility,
                OptionFails = (key, problem) => notices.OptionFails(OptionsBinder.Join(instance.Path, key), problem),
                Sending = content => notices.Show(instance, content),
            };
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

    private static bool IsMutual(OutputInstance instance) => instance.Options is HttpOutputOptions { MutualTls: true };

    private sealed record NoHttpOptions : HttpOutputOptions;
}
