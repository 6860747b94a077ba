using Saker.Outputs;
using Saker.Router.Configuration;
using Saker.Router.Delivery;
using Saker.Settings;

namespace Saker.Router.Routing;

/// <summary>An output instance, made and ready, with the filter in front of it.</summary>
internal sealed class RoutedOutput(OutputInstance instance, IOutput output, AlertFilter filter, HttpClient client) : IAsyncDisposable
{
    public OutputInstance Instance { get; } = instance;

    public string Name => Instance.Name;

    public IOutput Output { get; } = output;

    public AlertFilter Filter { get; } = filter;

    /// <summary>The output as delivery needs it.</summary>
    public DeliveryInstance ForDelivery() => new()
    {
        Name = Name,
        Descriptor = Instance.Registration.Descriptor,
        Output = Output,
        Filter = Filter.Matches,
        MaxConcurrentRequests = Instance.Options.MaxConcurrentRequests,
        Secrets = [.. OptionSchema.For(Instance.Registration.OptionsType).SecretsOf(Instance.Options)],
    };

    public async ValueTask DisposeAsync()
    {
        await Output.DisposeAsync();
        client.Dispose();
    }
}
