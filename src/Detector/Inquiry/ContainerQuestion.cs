using Saker.Detector.Containers;

namespace Saker.Detector.Inquiry;

/// <summary>
/// The question about one container: at once, then every 30 ms five times, for a runtime may write a container down a little after it
/// has begun.
/// </summary>
/// <param name="id">The id that rules see.</param>
/// <param name="fullId">The whole id.</param>
/// <param name="runtimes">Who is asked.</param>
/// <param name="clock">The time.</param>
internal sealed class ContainerQuestion(string id, string fullId, IReadOnlyList<IContainerRuntime> runtimes, TimeProvider clock)
{
    private const int Tries = 6;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(30);

    /// <summary>Asks until there is an answer; null when nobody knows the container by then.</summary>
    public async Task<ContainerRecord?> AskAsync(CancellationToken cancellationToken)
    {
        for (var i = 1; ; i++)
        {
            var record = await EachAsync(static (runtime, id, token) => runtime.FindSoonAsync(id, token), cancellationToken);
            if (record is not null || i == Tries)
            {
                return record;
            }

            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    /// <summary>Asks all of them once, with all the time that the answers take.</summary>
    public Task<ContainerRecord?> OnceAsync(CancellationToken cancellationToken) =>
        EachAsync(static (runtime, id, token) => runtime.FindAsync(id, token), cancellationToken);

    private async Task<ContainerRecord?> EachAsync(
        Func<IContainerRuntime, string, CancellationToken, Task<ContainerRecord?>> find, CancellationToken cancellationToken)
    {
        var all = await Task.WhenAll(runtimes.Select(AskAsync));
        return Array.Find(all, record => record is not null && IsIt(record));

        async Task<ContainerRecord?> AskAsync(IContainerRuntime runtime)
        {
            try
            {
                return await find(runtime, fullId, cancellationToken);
            }
            catch (RuntimeUnavailableException)
            {
                // Its follower says so, and tries again; for this question it is as if it did not know.
                return null;
            }
        }
    }

    // Docker knows containers by their names too, and a name may be anything.
    private bool IsIt(ContainerRecord record) => record.Id == id || record.FullId == fullId;
}
