using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Saker.Http;

/// <summary>
/// A reader that tells of the end only when all that came before it was looked at. Kestrel takes a body whose last byte comes together
/// with the end of the connection for one that broke off, however complete it is.
/// </summary>
internal sealed class EndAfterRest(PipeReader input) : PipeReader
{
    private SequencePosition end;
    private bool isEndReached;
    private bool isAllExamined;

    public override bool TryRead(out ReadResult result)
    {
        if (!input.TryRead(out result))
        {
            return false;
        }

        result = Told(result);
        return true;
    }

    // Pooled: for each wait of each connection.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Told(await input.ReadAsync(cancellationToken));

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        isAllExamined = isEndReached && examined.Equals(end);
        input.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => input.CancelPendingRead();

    public override void Complete(Exception? exception = null) => input.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => input.CompleteAsync(exception);

    private ReadResult Told(ReadResult result)
    {
        if (!result.IsCompleted)
        {
            return result;
        }

        (isEndReached, end) = (true, result.Buffer.End);
        return isAllExamined || result.Buffer.IsEmpty ? result : new ReadResult(result.Buffer, result.IsCanceled, isCompleted: false);
    }
}
