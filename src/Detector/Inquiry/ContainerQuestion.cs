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
        var record = await OnceAsync(cancellationToken);
        for (var i = 1; i < Tries && record is null; i++)
        {
            await Task.Delay(Pause, clock, cancellationToken);
            record = await OnceAsync(cancellationToken);
        }

        return record;
    }

    /// <summary>Asks all of them once.</summary>
    public async Task<ContainerRecord?> OnceAsync(CancellationToken cancellationToken)
    {
        var all = await Task.WhenAll(runtimes.Select(runtime => AskAsync(runtime, cancellationToken)));
        return Array.Find(all, record => record is not null && IsIt(record));
    }

    private async Task<ContainerRecord?> AskAsync(IContainerRuntime runtime, CancellationToken cancellationToken)
    {
        try
        {
            return await runtime.FindAsync(fullId, cancellationToken);
        }
        catch (RuntimeUnavailableException)
        {
            // Its follower says so, and tries again; for this question it is as if it did not know.
            return null;
        }
    }

    // Docker knows containers by their names too, and a name may be anything.
    private bool IsIt(ContainerRecord record) => record.Id == id || record.FullId == fullId;
}
