using System.Buffers;

namespace Saker.Http;

/// <summary>The body of an answer, read up to a bound.</summary>
public static class BoundedBody
{
    private const int PortionBytes = 16 * 1024;

    /// <summary>All of it; null when it is longer than <paramref name="longest"/> bytes.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(Stream body, int longest, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>();
        int read;
        while ((read = await body.ReadAsync(buffer.GetMemory(PortionBytes), cancellationToken)) > 0)
        {
            buffer.Advance(read);
            if (buffer.WrittenCount > longest)
            {
                return null;
            }
        }

        return buffer.WrittenMemory;
    }
}
