using System.Buffers;
using System.Runtime.CompilerServices;

namespace Saker.Conditions.Runtime;

/// <summary>
/// Where transformers put their results during one comparison: first the caller's stack, then arrays of the shared pool.
/// To be disposed of when the comparison is done.
/// </summary>
/// <param name="initial">Memory on the caller's stack.</param>
internal ref struct ScratchBuffer(Span<byte> initial)
{
    private Span<byte> free = initial;
    private Rented rented;
    private int count;

    /// <summary>Takes memory of exactly this size; its content is undefined.</summary>
    public Span<byte> Take(int size)
    {
        if (size <= free.Length)
        {
            var taken = free[..size];
            free = free[size..];
            return taken;
        }

        var array = ArrayPool<byte>.Shared.Rent(size);
        // More transformers around each other than slots are not worth a slot: the array is then the collector's.
        if (count < Rented.Size)
        {
            rented[count++] = array;
        }

        return array.AsSpan(0, size);
    }

    /// <summary>Gives back what was rented. To be called once.</summary>
    public void Dispose()
    {
        for (var i = 0; i < count; i++)
        {
            ArrayPool<byte>.Shared.Return(rented[i]);
        }
    }

    [InlineArray(Size)]
    private struct Rented
    {
        public const int Size = 8;
        private byte[] first;
    }
}
