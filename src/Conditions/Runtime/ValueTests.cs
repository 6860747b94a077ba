using System.Buffers.Text;
using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Saker.Conditions.Ast;
using Saker.Conditions.Typed;
using Saker.Conditions.Values;

namespace Saker.Conditions.Runtime;

/// <summary>
/// A comparison of one present value with what a condition states. Tests are structs: the predicate over each is compiled
/// for itself, so that the test is inlined into it.
/// </summary>
internal interface IValueTest
{
    bool Test(in Value value);
}

internal readonly struct BytesEqual(byte[] expected) : IValueTest
{
    public bool Test(in Value value) => value.AsBytes.SequenceEqual(expected);
}

internal readonly struct BytesNotEqual(byte[] expected) : IValueTest
{
    public bool Test(in Value value) => !value.AsBytes.SequenceEqual(expected);
}

internal readonly struct BytesIn(ByteSet members) : IValueTest
{
    public bool Test(in Value value) => members.Contains(value.AsBytes);
}

internal readonly struct BytesContain(byte[] part) : IValueTest
{
    public bool Test(in Value value) => value.AsBytes.IndexOf(part) >= 0;
}

/// <summary>Looks for a text without regard to the case of ASCII letters.</summary>
internal readonly struct BytesContainIgnoreCase : IValueTest
{
    private readonly byte[] part;
    private readonly SearchValues<byte>? starts;

    public BytesContainIgnoreCase(byte[] part)
    {
        this.part = part;
        if (part.Length > 0)
        {
            starts = SearchValues.Create([AsciiCase.Lower(part[0]), AsciiCase.Upper(part[0])]);
        }
    }

    public bool Test(in Value value)
    {
        if (starts is null)
        {
            return true;
        }

        var rest = value.AsBytes;
        while (rest.Length >= part.Length)
        {
            var start = rest[..^(part.Length - 1)].IndexOfAny(starts);
            if (start < 0)
            {
                return false;
            }

            if (AsciiCase.Equal(rest.Slice(start, part.Length), part))
            {
                return true;
            }

            rest = rest[(start + 1)..];
        }

        return false;
    }
}

internal readonly struct BytesStart(byte[] part) : IValueTest
{
    public bool Test(in Value value) => value.AsBytes.StartsWith(part);
}

internal readonly struct BytesEnd(byte[] part) : IValueTest
{
    public bool Test(in Value value) => value.AsBytes.EndsWith(part);
}

internal readonly struct BytesOrder(ComparisonOperator operation, byte[] bound) : IValueTest
{
    public bool Test(in Value value) => Ordering.Holds(operation, value.AsBytes.SequenceCompareTo(bound));
}

internal readonly struct BytesGlob(byte[] pattern, bool ignoreCase) : IValueTest
{
    public bool Test(in Value value) => GlobPattern.IsMatch(pattern, value.AsBytes, ignoreCase);
}

internal readonly struct BytesBelow(PathPrefixes prefixes) : IValueTest
{
    public bool Test(in Value value) => prefixes.IsMatch(value.AsBytes);
}

/// <summary>Matches the whole value; bytes that are no UTF-8 count as U+FFFD, as in alerts.</summary>
internal readonly struct BytesRegex(Regex regex) : IValueTest
{
    private const int StackLimit = 512;

    public bool Test(in Value value)
    {
        var bytes = value.AsBytes;
        if (bytes.Length > StackLimit)
        {
            return TestLong(bytes);
        }

        Span<char> text = stackalloc char[StackLimit];
        return regex.IsMatch(text[..Encoding.UTF8.GetChars(bytes, text)]);
    }

    private bool TestLong(ReadOnlySpan<byte> bytes)
    {
        var rented = ArrayPool<char>.Shared.Rent(bytes.Length);
        var matches = regex.IsMatch(rented.AsSpan(0, Encoding.UTF8.GetChars(bytes, rented)));
        ArrayPool<char>.Shared.Return(rented);
        return matches;
    }
}

/// <summary>Compares whole numbers and truth values.</summary>
internal readonly struct NumberCompare(ComparisonOperator operation, long number, bool unsigned) : IValueTest
{
    public bool Test(in Value value) => operation switch
    {
        ComparisonOperator.Equal => value.AsInt64 == number,
        ComparisonOperator.NotEqual => value.AsInt64 != number,
        _ => Ordering.Holds(operation, unsigned ? value.AsUInt64.CompareTo((ulong)number) : value.AsInt64.CompareTo(number)),
    };
}

/// <summary>Compares numbers with fractions, and whole ones where the event decides which it is.</summary>
internal readonly struct FloatCompare(ComparisonOperator operation, double number) : IValueTest
{
    public bool Test(in Value value)
    {
        var present = value.Kind switch
        {
            ValueKind.Float64 => value.AsFloat64,
            ValueKind.UInt64 => value.AsUInt64,
            _ => value.AsInt64,
        };
        return operation switch
        {
            ComparisonOperator.Equal or ComparisonOperator.In or ComparisonOperator.Intersects => present == number,
            ComparisonOperator.NotEqual => present != number,
            _ => !double.IsNaN(present) && Ordering.Holds(operation, present.CompareTo(number)),
        };
    }
}

/// <summary>Looks a number up among a few sorted ones.</summary>
internal readonly struct NumberIn(long[] sorted) : IValueTest
{
    public bool Test(in Value value) => Array.BinarySearch(sorted, value.AsInt64) >= 0;
}

/// <summary>Compares an address with addresses and networks.</summary>
internal readonly struct AddressIn(TypedLiteral[] members, bool negated) : IValueTest
{
    public bool Test(in Value value)
    {
        foreach (var member in members)
        {
            if (Networks.Matches(value.AsBytes, member.Bytes, member.Kind == ValueKind.Network ? (int)member.Bits : member.Bytes.Length * 8))
            {
                return !negated;
            }
        }

        return negated;
    }
}

/// <summary>For <c>oneof</c> and <c>allof</c>: the same comparison with several values.</summary>
internal readonly struct Several<T>(T[] tests, bool all) : IValueTest
    where T : struct, IValueTest
{
    public bool Test(in Value value)
    {
        foreach (ref readonly var test in tests.AsSpan())
        {
            if (test.Test(value) != all)
            {
                return !all;
            }
        }

        return all;
    }
}

/// <summary>For a field whose kind only the event tells: the comparison for text or for numbers.</summary>
internal readonly struct ByKind(IValueTest text, IValueTest? number) : IValueTest
{
    public bool Test(in Value value) => value.Kind switch
    {
        ValueKind.Bytes or ValueKind.Address or ValueKind.Network => text.Test(value),
        _ => number is not null && number.Test(value),
    };
}

/// <summary>Text that spells a number, compared as that number; other text matches nothing.</summary>
internal readonly struct SpelledNumber(IValueTest number) : IValueTest
{
    public bool Test(in Value value) =>
        Utf8Parser.TryParse(value.AsBytes, out double spelled, out var length) && length == value.AsBytes.Length && double.IsFinite(spelled)
        && number.Test(Value.Float64(spelled));
}

/// <summary>What less and greater mean for the result of a comparison; what is none of the others is <c>&gt;=</c>.</summary>
internal static class Ordering
{
    public static bool Holds(ComparisonOperator operation, int order) => operation switch
    {
        ComparisonOperator.Less => order < 0,
        ComparisonOperator.LessOrEqual => order <= 0,
        ComparisonOperator.Greater => order > 0,
        _ => order >= 0,
    };
}

/// <summary>Addresses in networks.</summary>
internal static class Networks
{
    /// <summary>True when the first bits of both are the same; addresses of different families never match.</summary>
    public static bool Matches(ReadOnlySpan<byte> address, ReadOnlySpan<byte> network, int prefixLength)
    {
        if (address.Length != network.Length)
        {
            return false;
        }

        var whole = prefixLength / 8;
        var rest = prefixLength % 8;
        return address[..whole].SequenceEqual(network[..whole])
            && (rest == 0 || (address[whole] ^ network[whole]) >> (8 - rest) == 0);
    }
}

/// <summary>The case of ASCII letters in bytes that need not be ASCII.</summary>
internal static class AsciiCase
{
    public static byte Lower(byte b) => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;

    public static byte Upper(byte b) => b is >= (byte)'a' and <= (byte)'z' ? (byte)(b & ~0x20) : b;

    public static bool Equal(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        for (var i = 0; i < left.Length; i++)
        {
            if (Lower(left[i]) != Lower(right[i]))
            {
                return false;
            }
        }

        return true;
    }
}
