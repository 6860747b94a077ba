namespace Saker.Detector.Containers.Runtimes;

/// <summary>Inspects what a list names, some at a time, within the bounds of a list.</summary>
internal static class Listing
{
    private const int AtOnce = 4;

    /// <summary>The records, in the order of the list; what has gone meanwhile is left out.</summary>
    /// <param name="items">What the list says, bounded in number already.</param>
    /// <param name="inspect">Gives the record; null when there is none any more.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<ContainerRecord>> InspectAsync<T>(
        IReadOnlyList<T> items, Func<T, CancellationToken, Task<ContainerRecord?>> inspect, CancellationToken cancellationToken)
    {
        var records = new ContainerRecord?[Math.Min(items.Count, RecordLimits.Containers)];
        long weight = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, records.Length), options, async (index, token) =>
        {
            if (Volatile.Read(ref weight) > RecordLimits.ListCharacters)
            {
                return;
            }

            records[index] = await inspect(items[index], token);
            if (records[index] is { } record)
            {
                Interlocked.Add(ref weight, RecordLimits.Weight(record));
            }
        });
        return [.. records.OfType<ContainerRecord>()];
    }
}
