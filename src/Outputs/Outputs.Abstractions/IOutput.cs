using Saker.Alerts;

namespace Saker.Outputs;

/// <summary>
/// A destination. It makes one attempt and tells what came of it: no loop, no wait, no retry, no log, no metric. Alerts are
/// shared with other outputs and never changed. Attempts may run in parallel, up to the instance's bound.
/// </summary>
public interface IOutput : IAsyncDisposable
{
    /// <summary>Tries to deliver alerts, in their order, at most <see cref="OutputDescriptor.MaxBatch"/> of them.</summary>
    /// <exception cref="OperationCanceledException">The attempt was given up; that is neither a retry nor a refusal.</exception>
    ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken);
}

/// <summary>A destination that takes one alert at a time.</summary>
public abstract class SingleAlertOutput : IOutput
{
    /// <summary>Tries to deliver one alert.</summary>
    protected abstract ValueTask<DeliveryResult> DeliverAsync(Alert alert, CancellationToken cancellationToken);

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

/// <summary>Ties an output to its options: the compiler checks the pair, a list names it, nothing is scanned.</summary>
/// <typeparam name="TOptions">The options record.</typeparam>
public interface IOutputFactory<in TOptions>
    where TOptions : OutputOptions
{
    /// <summary>What the output is and can do.</summary>
    static abstract OutputDescriptor Descriptor { get; }

    /// <summary>Makes an instance. Opens no connection: a destination that is down at start is a retry later.</summary>
    /// <exception cref="OutputConfigurationException">An option cannot be used; found only here because it had to be compiled or read.</exception>
    static abstract IOutput Create(TOptions options, OutputContext context);
}

/// <summary>An option that cannot be used.</summary>
/// <param name="key">The key in lower case, below the instance: <c>messageformat</c>.</param>
/// <param name="message">What is wrong and how to cure it, without secrets.</param>
public sealed class OutputConfigurationException(string key, string message) : Exception(message)
{
    /// <summary>The key in lower case, below the instance.</summary>
    public string Key { get; } = key;
}
