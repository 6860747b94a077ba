using Saker.Alerts;

namespace Saker.Outputs;

/// <summary>
/// A destination. It makes one attempt and tells what came of it: no loop, no wait, no retry, no log, no metric. Alerts are
/// shared with other outputs and never changed. Attempts may run in parallel, up to the instance's bound.
/// </summary>
public interface IOutput : IAsyncDisposable
{
    /// <summary>
    /// Makes ready what must be there before the first alert: an index template, a table, a sign-in. The router calls it at the start and
    /// before every attempt until it has succeeded once, never twice at a time; while it fails, the alerts wait.
    /// </summary>
    /// <exception cref="OperationCanceledException">The attempt was given up.</exception>
    ValueTask<DeliveryResult> PrepareAsync(CancellationToken cancellationToken) => new(DeliveryResult.Delivered);

    /// <summary>Tries to deliver alerts, in their order, at most as many as <see cref="BatchLimits"/> say.</summary>
    /// <exception cref="OperationCanceledException">The attempt was given up; that is neither a retry nor a refusal.</exception>
    ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken);
}

/// <summary>A destination that takes one alert at a time.</summary>
public abstract class SingleAlertOutput : IOutput
{
    /// <summary>Tries to deliver one alert.</summary>
    protected abstract ValueTask<DeliveryResult> DeliverAsync(Alert alert, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<DeliveryResult> PrepareAsync(CancellationToken cancellationToken) => new(DeliveryResult.Delivered);

    /// <inheritdoc/>
    public async ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(alerts);
        ArgumentOutOfRangeException.ThrowIfNotEqual(alerts.Count, 1, nameof(alerts));
        return BatchResult.All(await DeliverAsync(alerts[0], cancellationToken));
    }

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
