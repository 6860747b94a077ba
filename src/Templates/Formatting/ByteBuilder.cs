using System.Buffers;
using System.Text;

namespace Saker.Templates.Formatting;

/// <summary>Collects UTF-8 up to a bound.</summary>
internal sealed class ByteBuilder(int limit)
{
    private readonly ArrayBufferWriter<byte> bytes = new();

    public int Count => bytes.WrittenCount;

    public ReadOnlyMemory<byte> Written => bytes.WrittenMemory;

    public void Append(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > limit - Count)
        {
            throw new TemplateFault($"more than {limit} bytes of text");
        }

        bytes.Write(utf8);
    }

    public void Append(string text) => Append(Encoding.UTF8.GetBytes(text));

    public void Append(Rune rune)
    {
        Span<byte> utf8 = stackalloc byte[4];
        Append(utf8[..rune.EncodeToUtf8(utf8)]);
    }

    public void Repeat(char ascii, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Append([(byte)ascii]);
        }
    }

    /// <summary>The text, each byte that is no UTF-8 shown as U+FFFD: what a destination sees after JSON encoding.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Count);
        Span<char> utf16 = stackalloc char[2];
        for (var rest = bytes.WrittenSpan; !rest.IsEmpty;)
        {
            var used = Utf8.Next(rest, out var rune);
            text.Append(utf16[..rune.EncodeToUtf16(utf16)]);
            rest = rest[used..];
        }

        return text.ToString();
    }
}

internal static class Utf8
{
    /// <summary>Reads a character; a byte that belongs to none is U+FFFD and counts as one, as Go counts.</summary>
    public static int Next(ReadOnlySpan<byte> utf8, out Rune rune) =>
        Rune.DecodeFromUtf8(utf8, out rune, out var used) == OperationStatus.Done ? used : 1;

    public static int CountRunes(ReadOnlySpan<byte> utf8)
    {
        var count = 0;
        for (; !utf8.IsEmpty; count++)
        {
            utf8 = utf8[Next(utf8, out _)..];
        }

        return count;
    }

    /// <summary>The first <paramref name="runes"/> characters.</summary>
    public static ReadOnlySpan<byte> Truncate(ReadOnlySpan<byte> utf8, int runes)
    {
        var rest = utf8;
        for (; runes > 0 && !rest.IsEmpty; runes--)
        {
            rest = rest[Next(rest, out _)..];
        }

        return utf8[..^rest.Length];
    }
}
