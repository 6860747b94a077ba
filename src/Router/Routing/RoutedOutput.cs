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

    /// <summary>The same for the delivery engine.</summary>
    public DeliveryInstance Delivery { get; } = new()
    {
        Name = instance.Name,
        Descriptor = instance.Registration.Descriptor,
        Output = output,
        Filter = filter.Matches,
        MaxConcurrentRequests = instance.Options.MaxConcurrentRequests,
        StartFromBeginning = instance.Options.StartFrom == "beginning",
        Secrets = [.. OptionSecrets.Of(instance.Options)],
    };

    public async ValueTask DisposeAsync()
    {
        await Output.DisposeAsync();
        client.Dispose();
    }
}
