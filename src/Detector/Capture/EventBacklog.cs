using System.Runtime.InteropServices;

namespace Saker.Detector.Capture;

/// <summary>
/// Copies of events, in order, up to a bound. What was put in is taken out from the front, in the same order; its memory is
/// native, comes in chunks and goes back when it was read.
/// </summary>
/// <param name="capBytes">Bytes that the events may take at most.</param>
internal sealed unsafe class EventBacklog(long capBytes) : IDisposable
{
    private const int ChunkBytes = 1 << 20;
    private const int RecordHeader = 8;

    private readonly Queue<Chunk> chunks = new();
    private Chunk? last;
    private int read;

    /// <summary>Events that were left out because there was no room.</summary>
    public long LeftOut { get; private set; }

    /// <summary>True when there is nothing to take.</summary>
    public bool IsEmpty => chunks.Count == 0 || (chunks.Count == 1 && read == chunks.Peek().Used);

    /// <summary>Puts a copy of an event behind the others; leaves it out when there is no room.</summary>
    public void Add(in RawEvent raw)
    {
        var needed = (RecordHeader + raw.Bytes.Length + 7) & ~7;
        if (last is null || last.Used + needed > ChunkBytes)
        {
            if ((chunks.Count + 1L) * ChunkBytes > capBytes || needed > ChunkBytes)
            {
                LeftOut++;
                return;
            }

            last = new Chunk { Address = (byte*)NativeMemory.Alloc(ChunkBytes) };
            chunks.Enqueue(last);
        }

        var record = last.Address + last.Used;
        *(int*)record = raw.Bytes.Length;
        *(short*)(record + sizeof(int)) = raw.Cpu;
        raw.Bytes.CopyTo(new Span<byte>(record + RecordHeader, raw.Bytes.Length));
        last.Used += needed;
    }

    /// <summary>Takes events from the front, all out of one chunk; their memory holds until the next call.</summary>
    public int Take(Span<RawEvent> into)
    {
        while (chunks.TryPeek(out var first) && read == first.Used)
        {
            DropFirst();
        }

        if (chunks.Count == 0)
        {
            return 0;
        }

        var chunk = chunks.Peek();
        var count = 0;
        while (count < into.Length && read < chunk.Used)
        {
            var record = chunk.Address + read;
            var length = *(int*)record;
            into[count++] = new RawEvent(record + RecordHeader, length, *(short*)(record + sizeof(int)));
            read += (RecordHeader + length + 7) & ~7;
        }

        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (chunks.Count > 0)
        {
            DropFirst();
        }
    }

    private void DropFirst()
    {
        var first = chunks.Dequeue();
        NativeMemory.Free(first.Address);
        read = 0;
        if (ReferenceEquals(first, last))
        {
            last = null;
        }
    }

    private sealed class Chunk
    {
        public byte* Address;
        public int Used;
    }
}
