using Saker.Outputs;
using Saker.Outputs.Transports;
using Saker.Router.Configuration;
using Saker.Router.Delivery;

namespace Saker.Router.Routing;

/// <summary>An output instance, made and ready, with the filter in front of it.</summary>
internal sealed class RoutedOutput(OutputInstance instance, IOutput output, AlertFilter filter, OutputTransports transports) : IAsyncDisposable
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
        Batch = instance.Registration.Batch(instance.Options),
        IsTransient = instance.Registration.IsTransient,
        AttemptTimeout = instance.Options.AttemptTimeout,
        Filter = filter.Matches,
        MaxConcurrentRequests = instance.Options.MaxConcurrentRequests,
        StartFromBeginning = instance.Options.StartFrom == "beginning",
        Secrets = instance.Secrets,
    };

    public async ValueTask DisposeAsync()
    {
        await Output.DisposeAsync();
        transports.Dispose();
    }
}
