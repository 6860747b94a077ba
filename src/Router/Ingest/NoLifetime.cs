namespace Saker.Router.Ingest;

/// <summary>Leaves signals to the program: it goes on accepting for a moment, and drains.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
