using Saker.Outputs;
using Saker.Router.Configuration;

namespace Saker.Router.Routing;

/// <summary>An output instance, made and ready, with the filter in front of it.</summary>
internal sealed class RoutedOutput(OutputInstance instance, IOutput output, AlertFilter filter, HttpClient client) : IAsyncDisposable
{
    public OutputInstance Instance { get; } = instance;

    public string Name => Instance.Name;

    public IOutput Output { get; } = output;

    public AlertFilter Filter { get; } = filter;

    public async ValueTask DisposeAsync()
    {
        await Output.DisposeAsync();
        client.Dispose();
    }
}
