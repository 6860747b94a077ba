using System.Runtime.InteropServices;

namespace Saker.Detector.Scap.Conversion;

/// <summary>
/// The last start of a call of each thread, until its end comes. Many never end (exit, or the capture's end), so there are
/// two generations: when the younger one is full it becomes the older, and what that held is forgotten.
/// </summary>
internal sealed class StartedCalls
{
    /// <summary>Threads of a generation.</summary>
    public const int MaxThreads = 16 * 1024;

    /// <summary>Bytes of a generation.</summary>
    public const int MaxBytes = 8 << 20;

    /// <summary>Longer starts are not kept; a driver's are a few hundred bytes.</summary>
    public const int MaxStart = 64 * 1024;

    private const int SmallestBuffer = 64;

    private Dictionary<long, Started> younger = [];
    private Dictionary<long, Started> older = [];
    private int bytes;

    /// <summary>Threads that a start is kept of, or was until its end came.</summary>
    public int Count => younger.Count + older.Count;

    /// <summary>Keeps the start of a call in place of what the thread began before.</summary>
    public void Keep(long thread, int type, ReadOnlySpan<byte> start)
    {
        if (start.Length > MaxStart)
        {
            Forget(thread);
            return;
        }

        ref var started = ref CollectionsMarshal.GetValueRefOrNullRef(younger, thread);
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref started) || started.Buffer.Length < start.Length)
        {
            older.Remove(thread);
            started = ref Enlarge(thread, start.Length);
        }

        started.Type = type;
        started.Length = start.Length;
        start.CopyTo(started.Buffer);
    }

    /// <summary>The start that a thread made last, if it is of that type; it is kept no longer. Empty otherwise.</summary>
    public ReadOnlySpan<byte> Take(long thread, int type)
    {
        ref var started = ref CollectionsMarshal.GetValueRefOrNullRef(younger, thread);
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref started))
        {
            started = ref CollectionsMarshal.GetValueRefOrNullRef(older, thread);
        }

        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref started) || started.Length == 0)
        {
            return default;
        }

        var found = started.Type == type ? started.Buffer.AsSpan(0, started.Length) : default;
        started.Length = 0;
        return found;
    }

    private ref Started Enlarge(long thread, int length)
    {
        if (younger.Remove(thread, out var before))
        {
            bytes -= before.Buffer.Length;
        }

        var size = Math.Max(SmallestBuffer, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length));
        if (younger.Count >= MaxThreads || bytes + size > MaxBytes)
        {
            (older, younger) = (younger, older);
            younger.Clear();
            bytes = 0;
        }

        bytes += size;
        ref var started = ref CollectionsMarshal.GetValueRefOrAddDefault(younger, thread, out _);
        started.Buffer = new byte[size];
        return ref started;
    }

    private void Forget(long thread)
    {
        if (younger.Remove(thread, out var started))
        {
            bytes -= started.Buffer.Length;
        }

        older.Remove(thread);
    }

    private struct Started
    {
        public int Type;
        public int Length;
        public byte[] Buffer;
    }
}
