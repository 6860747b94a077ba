using Saker.Alerts;

namespace Saker.Outputs;

/// <summary>Sends the alerts of a batch one by one, each with its own outcome, in one attempt.</summary>
public static class OneByOne
{
    /// <summary>What became of each. After one that is to be tried again the rest is not tried either, so that the order stays.</summary>
    public static async ValueTask<BatchResult> DeliverAsync(
        IReadOnlyList<Alert> alerts, Func<IReadOnlyList<Alert>, CancellationToken, ValueTask<DeliveryResult>> send, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(send);
        return BatchResult.Each(await EachAsync(alerts, (alert, token) => send([alert], token), cancellationToken));
    }

    /// <summary>The same for what an output has made of the alerts.</summary>
    public static async ValueTask<IReadOnlyList<DeliveryResult>> EachAsync<T>(
        IReadOnlyList<T> items, Func<T, CancellationToken, ValueTask<DeliveryResult>> send, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(send);
        var results = new List<DeliveryResult>(items.Count);
        foreach (var item in items)
        {
            results.Add(results is [.., { Status: DeliveryStatus.Retry or DeliveryStatus.Blocked } failed] ? failed : await send(item, cancellationToken));
        }

        return results;
    }

    /// <summary>
    /// All in one request. They go one by one under strict compatibility, as Falcosidekick sends, and when the server refuses a request of
    /// several: a server that does not say which alert it means shows it when each goes alone.
    /// </summary>
    public static async ValueTask<BatchResult> TogetherAsync(
        IReadOnlyList<Alert> alerts, bool strict, Func<IReadOnlyList<Alert>, CancellationToken, ValueTask<DeliveryResult>> send, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(alerts);
        ArgumentNullException.ThrowIfNull(send);
        if (strict && alerts.Count > 1)
        {
            return await DeliverAsync(alerts, send, cancellationToken);
        }

        var result = await send(alerts, cancellationToken);
        return result.Status == DeliveryStatus.Rejected && alerts.Count > 1 ? await DeliverAsync(alerts, send, cancellationToken) : BatchResult.All(result);
    }
}
