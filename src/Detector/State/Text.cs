namespace Saker.Detector.State;

/// <summary>
/// Bytes of a text in a <see cref="TextPool"/>, shared by count. The default value is the empty text. The bytes stand at a
/// fixed address for as long as the state holds the text.
/// </summary>
internal readonly unsafe struct Text(byte* block)
{
    private const int HeaderSize = 2 * sizeof(int);

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => block is null ? default : new(block + HeaderSize, ((int*)block)[1]);

    /// <summary>True when it has no bytes.</summary>
    public bool IsEmpty => block is null;

    /// <summary>The block with count and length in front of the bytes.</summary>
    public byte* Block => block;

    /// <summary>Bytes of a block for a text of that length.</summary>
    public static int SizeOf(int length) => HeaderSize + length;
}

/// <summary>
/// Keeps texts outside the managed heap. A text longer than its cap is cut; when the pool's memory is used up, a new text
/// is empty and <see cref="NativePool.Refused"/> counts it.
/// </summary>
internal sealed unsafe class TextPool(NativePool pool)
{
    /// <summary>Longest text that is kept, in bytes.</summary>
    public const int MaxLength = 32 * 1024;

    /// <summary>Copies bytes into the pool; the caller holds the one reference.</summary>
    public Text Add(ReadOnlySpan<byte> bytes) => Concat(bytes, default);

    /// <summary>Copies two texts, one after the other, into the pool.</summary>
    public Text Concat(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        first = first[..Math.Min(first.Length, MaxLength)];
        second = second[..Math.Min(second.Length, MaxLength - first.Length)];
        var length = first.Length + second.Length;
        if (length == 0)
        {
            return default;
        }

        var block = pool.Allocate(Text.SizeOf(length));
        if (block is null)
        {
            return default;
        }

        ((int*)block)[0] = 1;
        ((int*)block)[1] = length;
        var text = new Text(block);
        var target = new Span<byte>(block + Text.SizeOf(0), length);
        first.CopyTo(target);
        second.CopyTo(target[first.Length..]);
        return text;
    }

    /// <summary>One more holder of a text.</summary>
    public static Text Share(Text text)
    {
        if (!text.IsEmpty)
        {
            ((int*)text.Block)[0]++;
        }

        return text;
    }

    /// <summary>One holder less; the last one frees it. Leaves the empty text.</summary>
    public void Release(ref Text text)
    {
        var block = text.Block;
        text = default;
        if (block is not null && --((int*)block)[0] == 0)
        {
            pool.Free(block, Text.SizeOf(((int*)block)[1]));
        }
    }

    /// <summary>Replaces a text, unless it is the same already.</summary>
    public void Set(ref Text text, ReadOnlySpan<byte> bytes)
    {
        if (text.Span.SequenceEqual(bytes))
        {
            return;
        }

        var added = Add(bytes); // before the release, for the bytes may be the old text's own
        Release(ref text);
        text = added;
    }

    /// <summary>Replaces a text by a share of another.</summary>
    public void SetShared(ref Text text, Text other)
    {
        Share(other);
        Release(ref text);
        text = other;
    }
}
