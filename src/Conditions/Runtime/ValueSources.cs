using Saker.Conditions.Fields;
using Saker.Conditions.Values;

namespace Saker.Conditions.Runtime;

/// <summary>Something that gives a value for an event: a field, a text, or a transformer over such.</summary>
internal abstract class ValueSource
{
    /// <summary>The value; None when it is absent. It lives as long as the scratch buffer.</summary>
    public abstract Value Read(EvaluationContext context, ref ScratchBuffer scratch);
}

internal sealed class FieldSource(FieldReference field) : ValueSource
{
    public override Value Read(EvaluationContext context, ref ScratchBuffer scratch) => context.Read(field);
}

internal sealed class TextSource(byte[] text) : ValueSource
{
    public override Value Read(EvaluationContext context, ref ScratchBuffer scratch) => Value.Bytes(text);
}

/// <summary>A transformer from text to text; over a list it works on each member.</summary>
internal abstract class TextTransformer(ValueSource inner) : ValueSource
{
    public sealed override Value Read(EvaluationContext context, ref ScratchBuffer scratch)
    {
        var value = inner.Read(context, ref scratch);
        if (value.Kind == ValueKind.List)
        {
            return TransformList(value.AsList, ref scratch);
        }

        if (value.Kind != ValueKind.Bytes)
        {
            return Value.None;
        }

        var target = scratch.Take(value.AsBytes.Length);
        var length = Transform(value.AsBytes, target);
        return length < 0 ? Value.None : Value.Bytes(target[..length]);
    }

    /// <summary>Writes the transformed text, never longer than the original; negative when there is none.</summary>
    protected abstract int Transform(ReadOnlySpan<byte> text, Span<byte> target);

    private Value TransformList(scoped ValueList list, ref ScratchBuffer scratch)
    {
        var size = 0;
        var longest = 0;
        foreach (var member in list)
        {
            size += sizeof(int) + member.AsBytes.Length;
            longest = Math.Max(longest, member.AsBytes.Length);
        }

        var writer = new ValueListWriter(scratch.Take(size));
        var target = scratch.Take(longest);
        foreach (var member in list)
        {
            var length = Transform(member.AsBytes, target);
            if (length >= 0)
            {
                writer.Add(target[..length]);
            }
        }

        return Value.List(ValueKind.Bytes, writer.Packed);
    }
}

internal sealed class LowerCase(ValueSource inner) : TextTransformer(inner)
{
    protected override int Transform(ReadOnlySpan<byte> text, Span<byte> target)
    {
        for (var i = 0; i < text.Length; i++)
        {
            target[i] = AsciiCase.Lower(text[i]);
        }

        return text.Length;
    }
}

internal sealed class UpperCase(ValueSource inner) : TextTransformer(inner)
{
    protected override int Transform(ReadOnlySpan<byte> text, Span<byte> target)
    {
        for (var i = 0; i < text.Length; i++)
        {
            target[i] = AsciiCase.Upper(text[i]);
        }

        return text.Length;
    }
}

/// <summary>Decodes base64 with its padding; what is no base64 has no value.</summary>
internal sealed class Base64Decoded(ValueSource inner) : TextTransformer(inner)
{
    protected override int Transform(ReadOnlySpan<byte> text, Span<byte> target)
    {
        if (text.Length % 4 != 0)
        {
            return -1;
        }

        for (var padding = 0; padding < 2 && text.EndsWith("="u8); padding++)
        {
            text = text[..^1];
        }

        var bits = 0;
        var pending = 0;
        var length = 0;

        foreach (var c in text)
        {
            var digit = Digit(c);
            if (digit < 0)
            {
                return -1;
            }

            bits = ((bits << 6) | digit) & 0xFFFFFF;
            pending += 6;
            if (pending < 8)
            {
                continue;
            }

            pending -= 8;
            target[length++] = (byte)(bits >> pending);
        }

        return length;
    }

    private static int Digit(byte c) => c switch
    {
        >= (byte)'A' and <= (byte)'Z' => c - 'A',
        >= (byte)'a' and <= (byte)'z' => c - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => c - '0' + 52,
        (byte)'+' => 62,
        (byte)'/' => 63,
        _ => -1,
    };
}

/// <summary>What follows the last slash; nothing when the text ends in one.</summary>
internal sealed class LastPart(ValueSource inner) : TextTransformer(inner)
{
    protected override int Transform(ReadOnlySpan<byte> text, Span<byte> target)
    {
        var part = text[(text.LastIndexOf((byte)'/') + 1)..];
        part.CopyTo(target);
        return part.Length;
    }
}

/// <summary>The length of a text in bytes, or how many members a list has.</summary>
internal sealed class LengthOf(ValueSource inner) : ValueSource
{
    public override Value Read(EvaluationContext context, ref ScratchBuffer scratch)
    {
        var value = inner.Read(context, ref scratch);
        if (value.Kind == ValueKind.Bytes)
        {
            return Value.UInt64((ulong)value.AsBytes.Length);
        }

        if (value.Kind != ValueKind.List)
        {
            return Value.None;
        }

        ulong count = 0;
        foreach (var _ in value.AsList)
        {
            count++;
        }

        return Value.UInt64(count);
    }
}

/// <summary>Texts and members of lists put together; absent as soon as one of them is.</summary>
internal sealed class Joined(ValueSource? separator, ValueSource[] parts) : ValueSource
{
    // Values of fields are cut at 64 KiB and less; more than this is no text that a rule compares with.
    private const int MaximumLength = 1 << 18;

    public override Value Read(EvaluationContext context, ref ScratchBuffer scratch)
    {
        var between = separator is null ? default : separator.Read(context, ref scratch).AsBytes;
        Span<byte> result = default;
        var length = 0;
        var first = true;
        foreach (var part in parts)
        {
            var value = part.Read(context, ref scratch);
            if (value.Kind == ValueKind.List)
            {
                foreach (var member in value.AsList)
                {
                    if (!Append(member.AsBytes, between, ref first, ref result, ref length, ref scratch))
                    {
                        return Value.None;
                    }
                }
            }
            else if (value.Kind != ValueKind.Bytes || !Append(value.AsBytes, between, ref first, ref result, ref length, ref scratch))
            {
                return Value.None;
            }
        }

        return Value.Bytes(result[..length]);
    }

    private static bool Append(
        scoped ReadOnlySpan<byte> text, scoped ReadOnlySpan<byte> between, ref bool first, ref Span<byte> result, ref int length, ref ScratchBuffer scratch)
    {
        if (first)
        {
            between = default;
        }

        first = false;
        var needed = length + between.Length + text.Length;
        if (needed > MaximumLength)
        {
            return false;
        }

        if (needed > result.Length)
        {
            var larger = scratch.Take(Math.Max(128, needed * 2));
            result[..length].CopyTo(larger);
            result = larger;
        }

        between.CopyTo(result[length..]);
        text.CopyTo(result[(length + between.Length)..]);
        length = needed;
        return true;
    }
}

/// <summary>Several texts as one list; absent as soon as one of them is.</summary>
internal sealed class ListSource(ValueSource[] items) : ValueSource
{
    public override Value Read(EvaluationContext context, ref ScratchBuffer scratch)
    {
        Span<byte> packed = default;
        var length = 0;
        foreach (var item in items)
        {
            var value = item.Read(context, ref scratch);
            if (value.Kind == ValueKind.List)
            {
                Grow(ref packed, length, value.AsList.Packed.Length, ref scratch);
                value.AsList.Packed.CopyTo(packed[length..]);
                length += value.AsList.Packed.Length;
                continue;
            }

            if (value.Kind != ValueKind.Bytes)
            {
                return Value.None;
            }

            Grow(ref packed, length, sizeof(int) + value.AsBytes.Length, ref scratch);
            var writer = new ValueListWriter(packed[length..]);
            writer.Add(value.AsBytes);
            length += writer.Packed.Length;
        }

        return Value.List(ValueKind.Bytes, packed[..length]);
    }

    private static void Grow(ref Span<byte> packed, int length, int more, ref ScratchBuffer scratch)
    {
        if (length + more <= packed.Length)
        {
            return;
        }

        var larger = scratch.Take(Math.Max(128, (length + more) * 2));
        packed[..length].CopyTo(larger);
        packed = larger;
    }
}

/// <summary>
/// The options among command-line words, as <c>getopt</c> splits them: <c>-xzf</c> gives <c>x</c>, <c>z</c>, <c>f</c>, those
/// of them that are asked for. An option that takes a value (<c>f:</c>) is followed by it: the rest of its word, or the next
/// word. <c>--</c> ends the options.
/// </summary>
internal sealed class Options(ValueSource words, ValueSource letters) : ValueSource
{
    public override Value Read(EvaluationContext context, ref ScratchBuffer scratch)
    {
        var wanted = letters.Read(context, ref scratch);
        var value = words.Read(context, ref scratch);
        if (wanted.Kind != ValueKind.Bytes || value.Kind != ValueKind.List)
        {
            return Value.None;
        }

        // Each of a word's letters may be an option, and the word a value.
        var size = 0;
        foreach (var word in value.AsList)
        {
            size += sizeof(int) + (word.AsBytes.Length * (sizeof(int) + 1));
        }

        var found = new ValueListWriter(scratch.Take(size));
        var rest = value.AsList.GetEnumerator();
        while (rest.MoveNext())
        {
            var word = rest.Current.AsBytes;
            if (word.SequenceEqual("--"u8))
            {
                break;
            }

            if (word.Length > 1 && word[0] == '-' && Collect(word[1..], wanted.AsBytes, ref found))
            {
                found.Add(rest.MoveNext() ? rest.Current.AsBytes : default);
            }
        }

        return Value.List(ValueKind.Bytes, found.Packed);
    }

    /// <summary>Adds the options of a word; true when the last one waits for its value.</summary>
    private static bool Collect(scoped ReadOnlySpan<byte> cluster, scoped ReadOnlySpan<byte> wanted, scoped ref ValueListWriter found)
    {
        for (var i = 0; i < cluster.Length; i++)
        {
            var known = char.IsAsciiLetterOrDigit((char)cluster[i]) ? wanted.IndexOf(cluster[i]) : -1;
            if (known < 0)
            {
                continue;
            }

            found.Add(cluster.Slice(i, 1));
            if (known + 1 >= wanted.Length || wanted[known + 1] != ':')
            {
                continue;
            }

            if (i == cluster.Length - 1)
            {
                return true;
            }

            found.Add(cluster[(i + 1)..]);
            return false;
        }

        return false;
    }
}
