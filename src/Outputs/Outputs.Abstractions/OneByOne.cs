using Saker.Alerts;

namespace Saker.Outputs;

/// <summary>Sends the alerts of a batch one by one, each with its own outcome, in one attempt.</summary>
public static class OneByOne
{
    /// <summary>What became of each. After one that is to be tried again the rest is not tried either, so that the order stays.</summary>
    public static async ValueTask<BatchResult> DeliverAsync(
        IReadOnlyList<Alert> alerts, Func<IReadOnlyList<Alert>, CancellationToken, ValueTask<DeliveryResult>> send, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(alerts);
        ArgumentNullException.ThrowIfNull(send);
        var results = new List<DeliveryResult>(alerts.Count);
        foreach (var alert in alerts)
        {
            results.Add(results is [.., { Status: DeliveryStatus.Retry or DeliveryStatus.Blocked } failed] ? failed : await send([alert], cancellationToken));
        }

        return BatchResult.Each(results);
    }
}
