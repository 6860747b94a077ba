using System.Buffers;

namespace Saker.Outputs.Requests;

/// <summary>
/// The buffer for an instance's bodies, kept from one request to the next: the body of a batch is a large object, which only a collection of
/// the whole heap frees.
/// </summary>
public sealed class BodyBuffers
{
    private const int MaxKeptBytes = 8 * 1024 * 1024;
    private const int FirstBytes = 2048;

    private ArrayBufferWriter<byte>? kept;

    /// <summary>Writes a body and sends it, in a buffer that is taken and given back.</summary>
    public async ValueTask<DeliveryResult> SendAsync(Action<ArrayBufferWriter<byte>> write, Func<ReadOnlyMemory<byte>, ValueTask<DeliveryResult>> send)
    {
        ArgumentNullException.ThrowIfNull(write);
        ArgumentNullException.ThrowIfNull(send);
        var body = Take();
        write(body);
        var result = await send(body.WrittenMemory);
        GiveBack(body, result.Status == DeliveryStatus.Delivered);
        return result;
    }

    /// <summary>An empty buffer; an attempt beside another gets one of its own.</summary>
    public ArrayBufferWriter<byte> Take() => Interlocked.Exchange(ref kept, null) ?? new ArrayBufferWriter<byte>(FirstBytes);

    /// <summary>
    /// Gives a buffer back once its request is over. Only a server that has taken the request has surely read all of it; of any other a part may
    /// still be on its way, and the buffer is left to it.
    /// </summary>
    public void GiveBack(ArrayBufferWriter<byte> body, bool isTaken)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (isTaken && body.Capacity <= MaxKeptBytes)
        {
            body.ResetWrittenCount();
            kept = body;
        }
    }
}
