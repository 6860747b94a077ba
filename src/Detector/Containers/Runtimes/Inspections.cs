using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Saker.Detector.Containers.Runtimes;

/// <summary>
/// Inspects what a list or a stream names, some at a time. One container whose inspection does not end, as its owner can bring about,
/// keeps back no other and takes nothing away but what it would have said more: what named it stands in for it.
/// </summary>
internal static class Inspections
{
    private const int AtOnce = 8;

    /// <summary>The records, in the order in which they are ready.</summary>
    /// <param name="named">What was named. When it fails, what was named before is still told, and then the failure.</param>
    /// <param name="inspect">Gives the record; null when there is none any more.</param>
    /// <param name="minimum">What is known without; null for nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RuntimeUnavailableException">From <paramref name="named"/> only.</exception>
    public static async IAsyncEnumerable<ContainerRecord> EachAsync<T>(
        IAsyncEnumerable<T> named,
        Func<T, CancellationToken, Task<ContainerRecord?>> inspect,
        Func<T, ContainerRecord?> minimum,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var records = Channel.CreateBounded<ContainerRecord>(AtOnce);
        var work = WriteAsync(named, inspect, minimum, records.Writer, ended.Token);
        try
        {
            await foreach (var record in records.Reader.ReadAllAsync(cancellationToken))
            {
                yield return record;
            }
        }
        finally
        {
            await ended.CancelAsync();
            await work;
        }
    }

    /// <summary>The same of a list, within the bounds of one.</summary>
    /// <inheritdoc cref="EachAsync"/>
    public static async IAsyncEnumerable<ContainerRecord> ListAsync<T>(
        IEnumerable<T> named,
        Func<T, CancellationToken, Task<ContainerRecord?>> inspect,
        Func<T, ContainerRecord?> minimum,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long weight = 0;
        await foreach (var record in EachAsync(named.Take(RecordLimits.Containers).ToAsyncEnumerable(), inspect, minimum, cancellationToken))
        {
            yield return record;
            weight += RecordLimits.Weight(record);
            if (weight > RecordLimits.ListCharacters)
            {
                yield break;
            }
        }
    }

    private static async Task WriteAsync<T>(
        IAsyncEnumerable<T> named,
        Func<T, CancellationToken, Task<ContainerRecord?>> inspect,
        Func<T, ContainerRecord?> minimum,
        ChannelWriter<ContainerRecord> records,
        CancellationToken cancellationToken)
    {
        Exception? fault = null;
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(UntilItFailsAsync(cancellationToken), options, async (item, token) =>
            {
                if (await InspectAsync(item, token) is { } record)
                {
                    await records.WriteAsync(record, token);
                }
            });
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            fault = exception;
        }
        finally
        {
            records.Complete(fault);
        }

        async Task<ContainerRecord?> InspectAsync(T item, CancellationToken token)
        {
            try
            {
                return await inspect(item, token) ?? minimum(item);
            }
            catch (RuntimeUnavailableException)
            {
                return minimum(item); // it is too busy to answer, or this one never will; if the runtime has ended, so will the stream
            }
        }

        async IAsyncEnumerable<T> UntilItFailsAsync([EnumeratorCancellation] CancellationToken token)
        {
            await using var items = named.GetAsyncEnumerator(token);
            while (await NextAsync(items))
            {
                yield return items.Current;
            }
        }

        async ValueTask<bool> NextAsync(IAsyncEnumerator<T> items)
        {
            try
            {
                return await items.MoveNextAsync();
            }
            catch (RuntimeUnavailableException exception)
            {
                fault = exception;
                return false;
            }
        }
    }
}
