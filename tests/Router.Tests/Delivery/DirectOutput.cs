using Saker.Alerts;
using Saker.Outputs;

namespace Saker.Router.Tests.Delivery;

/// <summary>Answers at once and in the caller's turn, as it is told.</summary>
internal sealed class DirectOutput : IOutput
{
    public IReadOnlyList<DeliveryResult>? Answers { get; set; }

    public Exception? Throws { get; set; }

    public TaskCompletionSource? Hold { get; set; }

    public int Attempts { get; private set; }

    /// <summary>The rules of the last attempt's alerts.</summary>
    public IEnumerable<string>? Rules { get; private set; }

    public async ValueTask<BatchResult> DeliverAsync(IReadOnlyList<Alert> alerts, CancellationToken cancellationToken)
    {
        Attempts++;
        Rules = [.. alerts.Select(static alert => alert.Rule)];
        if (Hold is { } hold)
        {
            await hold.Task.WaitAsync(cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return Throws is not null ? throw Throws : Answers is { } answers ? BatchResult.Each(answers) : BatchResult.All(DeliveryResult.Delivered);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
