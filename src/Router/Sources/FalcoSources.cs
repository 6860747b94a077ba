using Saker.Router.Options;

namespace Saker.Router.Sources;

/// <summary>All subscriptions.</summary>
internal sealed class FalcoSources : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task running;

    private FalcoSources(IReadOnlyDictionary<string, FalcoGrpcOptions> options, SourceServices services) =>
        running = Task.WhenAll(options.Select(source => Task.Run(() => new FalcoSource(source.Key, source.Value, services).RunAsync(stop.Token))));

    /// <summary>Starts one for each Falco that is configured.</summary>
    public static FalcoSources Start(IReadOnlyDictionary<string, FalcoGrpcOptions> options, SourceServices services) => new(options, services);

    /// <summary>Takes no more; what was taken is stored by the return.</summary>
    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }
}
