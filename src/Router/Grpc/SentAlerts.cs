using Saker.Router.Ingest;

namespace Saker.Router.Grpc;

/// <summary>Alerts of one sender that are stored together.</summary>
/// <param name="batch">Their way to the log.</param>
internal sealed class SentAlerts(IntakeBatch batch)
{
    /// <summary>Their way to the log.</summary>
    public IntakeBatch Batch => batch;

    /// <summary>Their sender's numbers, in their order.</summary>
    public List<ulong> Ids { get; } = [];

    /// <summary>Memory that is free when they are settled.</summary>
    public long Bytes { get; set; }

    /// <summary>True when no more are to be added.</summary>
    public bool IsFull => batch.IsFull;

    /// <summary>Completes when the log has them or refused them.</summary>
    public Task Stored { get; private set; } = Task.CompletedTask;

    /// <summary>Hands them to the log. It waits for a place in its queue only briefly, and what it has it stores whatever becomes of the call.</summary>
    public void Store() => Stored = batch.StoreAsync(CancellationToken.None);
}
