using System.Net;
using Saker.AlertConditions;
using Saker.Outputs;
using Saker.Outputs.Transports;
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
    /// <param name="route">Where names and ports lead in place of what the network says; null, as in every run but tests, leads nowhere else.</param>
    public static List<RoutedOutput> Create(
        RouterConfiguration configuration, TimeProvider clock, ConfigFaults faults, OutputNotices notices, Func<OutputInstance, RoutedOutput?>? existing = null, Func<DnsEndPoint, EndPoint>? route = null)
    {
        var certificates = ClientCertificates.Read(configuration.Router, configuration.Outputs.Any(ClientCertificates.PresentsShared), FaultIn(ConfigSource.InVariable));
        var outputs = new List<RoutedOutput>();
        foreach (var instance in configuration.Outputs)
        {
            if (existing?.Invoke(instance) is { } present)
            {
                outputs.Add(present);
                continue;
            }

            // What is wrong with a file is told at the key that names it.
            if (certificates.For(instance, FaultIn(_ => instance.Source)) is not { } own)
            {
                continue;
            }

            try
            {
                outputs.Add(Create(instance, configuration, own, clock, notices, route));
            }
            catch (OutputConfigurationException exception)
            {
                FaultIn(_ => instance.Source)(OptionsBinder.Join(instance.Path, exception.Key), exception.Message);
            }
        }

        return outputs;

        Action<string, string> FaultIn(Func<string, ConfigSource> otherwise) => (key, sentence) =>
            faults.Error(configuration.Effective.FirstOrDefault(value => value.Path == key)?.Source ?? otherwise(EnvironmentVariables.NameOf(key)), key, sentence);
    }

    private static RoutedOutput Create(
        OutputInstance instance, RouterConfiguration configuration, TlsClientCertificates certificates, TimeProvider clock, OutputNotices notices, Func<DnsEndPoint, EndPoint>? route)
    {
        var filter = new AlertFilter(instance.Options.MinimumPriority, Condition(instance.Options.When));
        var transports = new OutputTransports(instance.Options as NetworkOutputOptions, certificates, configuration.Proxy) { Route = route };
        try
        {
            var context = new OutputContext
            {
                Name = instance.Name,
                Path = instance.Path,
                Clock = clock,
                AttemptTimeout = instance.Options.AttemptTimeout > TimeSpan.Zero ? instance.Options.AttemptTimeout : configuration.Router.Delivery.AttemptTimeout,
                Transports = transports,
                Variable = configuration.Variable,
                AddedFields = [.. configuration.Router.CustomFields.Keys.Union(configuration.Router.TemplatedFields.Keys)],
                Router = RouterIdentity.OfProcess,
                Strict = configuration.Router.StrictCompatibility,
                OptionFails = (key, problem) => notices.OptionFails(OptionsBinder.Join(instance.Path, key), problem),
                Sending = content => notices.Show(instance, content),
            };
            return new RoutedOutput(instance, instance.Registration.Create(instance.Options, instance.Group, context), filter, transports);
        }
        catch
        {
            transports.Dispose();
            throw;
        }
    }

    private static WhenCondition? Condition(string text)
    {
        var errors = new List<string>();
        var condition = WhenCondition.Compile(text, errors);
        return errors.Count == 0 ? condition : throw new OutputConfigurationException("when", string.Join(" ", errors));
    }
}
