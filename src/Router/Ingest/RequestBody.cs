using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;

namespace Saker.Router.Ingest;

internal enum BodyStatus : byte
{
    Complete,

    /// <summary>Larger than <c>http.maxbodysize</c>, as it came or unpacked.</summary>
    TooLarge,

    /// <summary>All requests together hold too much at present.</summary>
    NoRoom,

    /// <summary>Begins like gzip and is none.</summary>
    BadGzip,
}

/// <summary>A whole body in rented memory, unpacked when it is gzip. Gives memory and budget back when disposed.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstBuffer = 4096;
    private const int MaxAtOnce = 16 << 10;

    private readonly ByteBudget budget;
    private byte[] buffer = [];
    private int length;

    private RequestBody(ByteBudget budget) => this.budget = budget;

    public BodyStatus Status { get; private set; }

    /// <summary>Valid until disposed.</summary>
    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

    /// <summary>The body when all of it is there already, is small, and is taken as it is; otherwise null, and all of it is still to be read.</summary>
    public static RequestBody? TryRead(PipeReader reader, long maxBytes, bool unpack, ByteBudget budget)
    {
        if (!reader.TryRead(out var result))
        {
            return null;
        }

        var bytes = result.Buffer;
        if (!result.IsCompleted || !bytes.IsSingleSegment || bytes.Length > Math.Min(maxBytes, MaxAtOnce) || (unpack && StartsLikeGzip(bytes.FirstSpan)))
        {
            reader.AdvanceTo(bytes.Start);
            return null;
        }

        var body = new RequestBody(budget);
        if (bytes.Length > 0)
        {
            var buffer = ArrayPool<byte>.Shared.Rent((int)bytes.Length);
            if (!budget.TryTake(buffer.Length))
            {
                ArrayPool<byte>.Shared.Return(buffer);
                reader.AdvanceTo(bytes.Start);
                return null;
            }

            bytes.CopyTo(buffer);
            (body.buffer, body.length) = (buffer, (int)bytes.Length);
        }

        reader.AdvanceTo(bytes.End);
        return body;
    }

    /// <summary>Reads the stream to its end, or to the bound.</summary>
    public static async ValueTask<RequestBody> ReadAsync(Stream stream, long maxBytes, bool unpack, ByteBudget budget, CancellationToken cancellationToken)
    {
        var body = new RequestBody(budget);
        try
        {
            await body.FillAsync(stream, maxBytes, cancellationToken);
            if (unpack && body.Status == BodyStatus.Complete && StartsLikeGzip(body.Bytes.Span))
            {
                using (body)
                {
                    return await UnpackAsync(body, maxBytes, budget, cancellationToken);
                }
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (buffer.Length > 0)
        {
            budget.Return(buffer.Length);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
            length = 0;
        }
    }

    private static bool StartsLikeGzip(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]);

    private static async ValueTask<RequestBody> UnpackAsync(RequestBody packed, long maxBytes, ByteBudget budget, CancellationToken cancellationToken)
    {
        var body = new RequestBody(budget);
        try
        {
            using var source = new MemoryStream(packed.buffer, 0, packed.length, writable: false);
            await using var gzip = new GZipStream(source, CompressionMode.Decompress);
            await body.FillAsync(gzip, maxBytes, cancellationToken);
        }
        catch (InvalidDataException)
        {
            body.Status = BodyStatus.BadGzip;
        }

        return body;
    }

    private async ValueTask FillAsync(Stream stream, long maxBytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (length == buffer.Length && !TryGrow())
            {
                Status = BodyStatus.NoRoom;
                return;
            }

            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                return;
            }

            length += read;
            if (length > maxBytes)
            {
                Status = BodyStatus.TooLarge;
                return;
            }
        }
    }

    private bool TryGrow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBuffer, buffer.Length * 2));
        if (!budget.TryTake(larger.Length))
        {
            ArrayPool<byte>.Shared.Return(larger);
            return false;
        }

        buffer.AsSpan(0, this.length).CopyTo(larger);
        var length = this.length;
        Dispose();
        (buffer, this.length) = (larger, length);
        return true;
    }
}
