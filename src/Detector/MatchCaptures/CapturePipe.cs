using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Saker.Detector.MatchCaptures;

/// <summary>
/// A bounded pipe of bytes from the event thread to the writing thread, in portions of native memory that are given back when they were
/// written. Nothing is allocated while nothing is put in. What was reserved lies in one portion, so that whoever leaves a portion out
/// leaves out whole blocks.
/// </summary>
/// <param name="capBytes">Bytes that may wait.</param>
/// <param name="waits">Whether the putting thread waits for room, as a replay may; else what has no room is refused.</param>
internal sealed unsafe class CapturePipe(long capBytes, bool waits) : Stream
{
    /// <summary>Bytes of a portion, if nothing longer was reserved.</summary>
    public const int PortionBytes = 1 << 20;

    private readonly BlockingCollection<Portion> portions = [];
    private readonly Lock gate = new();
    private readonly AutoResetEvent freed = new(false);
    private MatchCapture? capture;
    private byte* address;
    private int used;
    private int size;
    private long waiting;

    /// <summary>Whether something had no room since <see cref="Begin"/>; then nothing is taken any more until the next.</summary>
    public bool IsOverflowing { get; private set; }

    /// <summary>Bytes of memory in use.</summary>
    public long WaitingBytes
    {
        get
        {
            lock (gate)
            {
                return waiting;
            }
        }
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>What was put in, until <see cref="Complete"/>. Each is to be given back with <see cref="GiveBack"/>. For the writing thread.</summary>
    public IEnumerable<Portion> Taken => portions.GetConsumingEnumerable();

    /// <summary>What is written from here on is of another capture.</summary>
    public void Begin(MatchCapture next)
    {
        IsOverflowing = false;
        capture = next;
    }

    /// <summary>Makes room for a block, so that it lies in one portion. False when there is none.</summary>
    public bool TryReserve(int length)
    {
        if (size - used >= length)
        {
            return true;
        }

        Hand(isEnd: false);
        var bytes = Math.Max(PortionBytes, length);
        if (!TryTake(bytes))
        {
            return false;
        }

        address = (byte*)NativeMemory.Alloc((nuint)bytes);
        size = bytes;
        return true;
    }

    /// <summary>Hands over what was written so far; what comes next begins a portion.</summary>
    public void Cut() => Hand(isEnd: false);

    /// <summary>The capture is over: its last bytes and its end are handed over.</summary>
    public void End()
    {
        Hand(isEnd: true);
        capture = null;
    }

    /// <summary>No capture will come any more.</summary>
    public void Complete() => portions.CompleteAdding();

    /// <summary>A portion was written. For the writing thread.</summary>
    public void GiveBack(in Portion portion)
    {
        NativeMemory.Free(portion.Address);
        lock (gate)
        {
            waiting -= portion.Size;
        }

        freed.Set();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty && !IsOverflowing)
        {
            if (used == size && !TryReserve(1))
            {
                IsOverflowing = true;
                return;
            }

            var count = Math.Min(buffer.Length, size - used);
            buffer[..count].CopyTo(new Span<byte>(address + used, count));
            used += count;
            buffer = buffer[count..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Portions are handed over when they are full.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Gives all memory back. Nobody may put in or take any more.</summary>
    public void Release()
    {
        while (portions.TryTake(out var left))
        {
            NativeMemory.Free(left.Address);
        }

        NativeMemory.Free(address);
        address = null;
        used = size = 0;
        portions.Dispose();
        freed.Dispose();
    }

    private bool TryTake(int bytes)
    {
        while (true)
        {
            lock (gate)
            {
                if (waiting + bytes <= capBytes)
                {
                    waiting += bytes;
                    return true;
                }
            }

            if (!waits || bytes > capBytes)
            {
                return false;
            }

            freed.WaitOne();
        }
    }

    private void Hand(bool isEnd)
    {
        if (address is null && !isEnd)
        {
            return;
        }

        portions.Add(new Portion(capture!, address, used, size, isEnd));
        address = null;
        used = size = 0;
    }

    /// <summary>Bytes of a capture that lie together.</summary>
    /// <param name="capture">The capture.</param>
    /// <param name="address">Where they lie; null for none.</param>
    /// <param name="used">How many there are.</param>
    /// <param name="size">How many there is room for.</param>
    /// <param name="isEnd">Whether they are the last.</param>
    internal readonly struct Portion(MatchCapture capture, byte* address, int used, int size, bool isEnd)
    {
        public MatchCapture Capture => capture;

        public byte* Address => address;

        public int Size => size;

        public bool IsEnd => isEnd;

        public ReadOnlySpan<byte> Bytes => new(address, used);
    }
}
