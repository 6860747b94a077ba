using Saker.Testing;

namespace Saker.EndToEnd.Tests;

/// <summary>A router that a test ends and starts again. None runs once the test is over, however that ends.</summary>
internal sealed class RestartedRouter : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TestFolder folder;
    private readonly int port;
    private ProcessRunner? process;

    private RestartedRouter(TestFolder folder, int port) => (this.folder, this.port) = (folder, port);

    /// <summary>Starts it and waits until it answers.</summary>
    public static async Task<RestartedRouter> StartAsync(TestFolder folder, int port)
    {
        var router = new RestartedRouter(folder, port);
        await router.StartAgainAsync();
        return router;
    }

    /// <summary>Starts it after its end, and waits until it answers.</summary>
    public async Task StartAgainAsync() => process = await Programs.StartRouterAsync(folder, port);

    /// <summary>Ends it with a signal, and gives its exit code.</summary>
    public async Task<int> EndAsync(string signal)
    {
        Assert.NotNull(process);
        process.Signal(signal);
        var code = await process.WaitForExitAsync(Patience);
        await DisposeAsync();
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { } ended)
        {
            await ended.DisposeAsync();
        }

        process = null;
    }
}
