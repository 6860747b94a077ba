using System.Numerics;
using System.Runtime.InteropServices;

namespace Saker.Detector.State;

/// <summary>
/// Memory outside the managed heap for what the state keeps: texts and descriptor tables. Blocks come in powers of two and
/// are kept for reuse, so that a steady load allocates nothing. Bounded: when the cap is reached, <see cref="Allocate"/>
/// gives null and the caller keeps less. One thread only.
/// </summary>
internal sealed unsafe class NativePool(long capBytes) : IDisposable
{
    private const int SmallestShift = 4;
    private const int LargestShift = 24;
    private const int ChunkBytes = 1 << 20;

    private readonly nint[] free = new nint[LargestShift + 1];
    private readonly List<nint> chunks = [];
    private readonly List<(nint Block, int Shift)> kept = [];
    private byte* next;
    private byte* end;
    private bool isKeeping;

    /// <summary>Bytes taken from the system.</summary>
    public long ReservedBytes { get; private set; }

    /// <summary>Requests that were refused because of the cap.</summary>
    public long Refused { get; private set; }

    /// <summary>Bytes that a block for <paramref name="size"/> really has.</summary>
    public static int BlockSize(int size) => 1 << Shift(size);

    /// <summary>A block of at least <paramref name="size"/> bytes, not cleared; null when the cap is reached.</summary>
    public byte* Allocate(int size)
    {
        var shift = Shift(size);
        if (shift > LargestShift)
        {
            return Refuse();
        }

        var block = free[shift];
        if (block != 0)
        {
            free[shift] = *(nint*)block;
            return (byte*)block;
        }

        var bytes = 1 << shift;
        if (bytes >= ChunkBytes)
        {
            return Reserve(bytes);
        }

        if (end - next < bytes)
        {
            var chunk = Reserve(ChunkBytes);
            if (chunk is null)
            {
                return null;
            }

            CutUp();
            next = chunk;
            end = chunk + ChunkBytes;
        }

        var result = next;
        next += bytes;
        return result;
    }

    /// <summary>Gives a block back.</summary>
    /// <param name="block">What <see cref="Allocate"/> gave.</param>
    /// <param name="size">The size that was asked for.</param>
    public void Free(byte* block, int size)
    {
        var shift = Shift(size);
        if (isKeeping)
        {
            kept.Add(((nint)block, shift));
            return;
        }

        *(nint*)block = free[shift];
        free[shift] = (nint)block;
    }

    /// <summary>From now on, what is given back stays as it is, for somebody still reads it.</summary>
    public void Keep() => isKeeping = true;

    /// <summary>Nobody reads any more what was given back since <see cref="Keep"/>.</summary>
    public void Recycle()
    {
        isKeeping = false;
        foreach (var (block, shift) in kept)
        {
            *(nint*)block = free[shift];
            free[shift] = block;
        }

        kept.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var chunk in chunks)
        {
            NativeMemory.AlignedFree((void*)chunk);
        }

        chunks.Clear();
        Array.Clear(free);
        next = end = null;
    }

    private static int Shift(int size) => Math.Max(SmallestShift, 32 - BitOperations.LeadingZeroCount((uint)Math.Max(size, 1) - 1));

    private byte* Refuse()
    {
        Refused++;
        return null;
    }

    private byte* Reserve(int bytes)
    {
        if (ReservedBytes + bytes > capBytes)
        {
            return Refuse();
        }

        var chunk = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 64);
        chunks.Add((nint)chunk);
        ReservedBytes += bytes;
        return chunk;
    }

    /// <summary>Cuts what is left of the chunk into free blocks.</summary>
    private void CutUp()
    {
        for (var shift = 19; shift >= SmallestShift; shift--)
        {
            while (end - next >= 1 << shift)
            {
                Free(next, 1 << shift);
                next += 1 << shift;
            }
        }
    }
}
