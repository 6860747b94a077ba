using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Features;
using Saker.Router.Ingest;

namespace Saker.Router.Grpc;

/// <summary>
/// The body of a call, with what it holds in memory taken from the budget of all bodies: a message has to arrive as a whole before it is read,
/// and a connection can have a hundred calls.
/// </summary>
internal sealed class BudgetedBody(PipeReader input, ByteBudget budget) : PipeReader, IRequestBodyPipeFeature
{
    // Free for each call, as much as Kestrel holds for it anyway; so small messages never meet the budget here.
    private const int Free = 64 << 10;

    private ReadOnlySequence<byte> current;
    private long held;
    private long read;

    /// <inheritdoc/>
    public PipeReader Reader => this;

    /// <summary>Puts itself in the place of the call's body.</summary>
    public static BudgetedBody Attach(HttpContext context, ByteBudget budget)
    {
        var body = new BudgetedBody(context.Request.BodyReader, budget);
        context.Features.Set<IRequestBodyPipeFeature>(body);
        context.Features.Set(body);
        return body;
    }

    /// <summary>Bytes that were read since this was last asked: those of the message that came of them.</summary>
    public int TakeRead()
    {
        var bytes = (int)Math.Min(read, int.MaxValue);
        read = 0;
        return bytes;
    }

    /// <summary>Takes bytes of alerts that wait to be stored from the same budget.</summary>
    public bool TryTake(long bytes) => budget.TryTake(bytes);

    /// <summary>Gives them back.</summary>
    public void Return(long bytes) => budget.Return(bytes);

    /// <summary>Gives back what is held at the end of the call.</summary>
    public void Release()
    {
        budget.Return(held);
        held = 0;
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!input.TryRead(out result))
        {
            return false;
        }

        Hold(result);
        return true;
    }

    // Pooled: for each message of each call.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var result = await input.ReadAsync(cancellationToken);
        Hold(result);
        return result;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var rest = current.Slice(consumed).Length;
        read += current.Length - rest;
        var needed = Math.Max(0, rest - Free);
        if (needed < held)
        {
            budget.Return(held - needed);
            held = needed;
        }

        current = default;
        input.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => input.CancelPendingRead();

    public override void Complete(Exception? exception = null) => input.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => input.CompleteAsync(exception);

    private void Hold(ReadResult result)
    {
        current = result.Buffer;
        var needed = current.Length - Free;
        if (needed <= held)
        {
            return;
        }

        if (!budget.TryTake(needed - held))
        {
            throw GrpcAnswer.NoMemory();
        }

        held = needed;
    }
}
