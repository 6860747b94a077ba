using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using Saker.Conditions.Ast;
using Saker.Conditions.Fields;
using Saker.Conditions.Typed;
using Saker.Conditions.Values;

namespace Saker.Conditions.Compilation;

/// <summary>Turns the text of a value into what a field of a kind is compared with.</summary>
internal static class LiteralReader
{
    private const int MaximumDigits = 64;

    /// <summary>Reads a value.</summary>
    /// <param name="text">The value as written.</param>
    /// <param name="kind">What it is compared with; None when only the event tells.</param>
    /// <param name="operation">The comparison.</param>
    /// <param name="definition">The field, when the left side is one: it may have words for numbers, and a width.</param>
    /// <param name="error">What is wrong when the result is null.</param>
    public static TypedLiteral? Read(
        string text, ValueKind kind, ComparisonOperator operation, FieldDefinition? definition, out string? error)
    {
        error = null;
        if (definition?.Words is { } words && FindWord(words, text) is { } rank)
        {
            return Number(kind, rank, text);
        }

        if (operation is ComparisonOperator.BContains or ComparisonOperator.BStartsWith)
        {
            return ReadHexadecimal(text, out error);
        }

        var literal = kind switch
        {
            ValueKind.Bool => ReadBool(text),
            ValueKind.UInt64 when definition is { IsPort: true } => ReadPort(text),
            ValueKind.Int64 or ValueKind.UInt64 => ReadInteger(text, kind, definition?.Bits ?? 64),
            ValueKind.Float64 => ReadFloat(text),
            ValueKind.Address => ReadAddress(text) is { } address ? new TypedLiteral(ValueKind.Address, 0, address, text) : null,
            ValueKind.Network => ReadNetwork(text),
            _ => new TypedLiteral(ValueKind.Bytes, 0, Encoding.UTF8.GetBytes(text), text),
        };
        if (literal is null)
        {
            error = Explain(text, kind, definition);
        }

        return literal;
    }

    private static string Explain(string text, ValueKind kind, FieldDefinition? definition) => kind switch
    {
        _ when definition?.Words is { } words => $"'{text}' is none of {string.Join(", ", words.Keys)}",
        ValueKind.Bool => $"'{text}' is not a truth value; write true or false",
        ValueKind.Network when !text.Contains('/', StringComparison.Ordinal) =>
            $"unrecognized IP network {text}: it is an address, a slash and the length of the prefix, as 10.0.0.0/8 or ::1/128",
        ValueKind.Network => $"unrecognized IP network {text}",
        ValueKind.Address when text.Contains('/', StringComparison.Ordinal) =>
            $"{text} is a network, and this field is compared with addresses; networks go with fd.net, fd.cnet, fd.snet, fd.lnet and fd.rnet",
        ValueKind.Address when text.Contains('.', StringComparison.Ordinal) => $"unrecognized IPv4 address {text}",
        ValueKind.Address => $"unrecognized IPv6 address {text}",
        ValueKind.UInt64 when definition is { IsPort: true } => $"'{text}' is no port: a decimal number or the name of a service",
        _ => $"{text} is not a valid number",
    };

    private static long? FindWord(IReadOnlyDictionary<string, long> words, string text)
    {
        foreach (var (word, rank) in words)
        {
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return rank;
            }
        }

        return null;
    }

    private static TypedLiteral Number(ValueKind kind, long number, string text) =>
        new(kind, kind == ValueKind.Float64 ? BitConverter.DoubleToInt64Bits(number) : number, [], text);

    private static TypedLiteral? ReadBool(string text) => text switch
    {
        "true" => new TypedLiteral(ValueKind.Bool, 1, [], text),
        "false" => new TypedLiteral(ValueKind.Bool, 0, [], text),
        _ => null,
    };

    // Decimal, as C's scanf reads it: blanks and a sign may stand in front, and what exceeds 64 bits is the nearest that fits.
    private static TypedLiteral? ReadInteger(string text, ValueKind kind, int bits)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite;
        if (!BigInteger.TryParse(text, Style, CultureInfo.InvariantCulture, out var number) || text.Length > MaximumDigits)
        {
            return null;
        }

        if (kind == ValueKind.Int64)
        {
            return new TypedLiteral(kind, (long)BigInteger.Clamp(number, long.MinValue, long.MaxValue), [], text);
        }

        if (number.Sign >= 0)
        {
            return new TypedLiteral(kind, (long)(ulong)BigInteger.Min(number, ulong.MaxValue), [], text);
        }

        // -1 asks an unsigned field for its largest value: that is how "unset" ids are told.
        var negative = (long)BigInteger.Max(number, long.MinValue);
        return new TypedLiteral(kind, bits < 64 ? negative & ((1L << bits) - 1) : negative, [], text);
    }

    private static TypedLiteral? ReadPort(string text)
    {
        if (text.Length == 0)
        {
            return new TypedLiteral(ValueKind.UInt64, 0, [], text);
        }

        var isNumber = text.All(char.IsAsciiDigit);
        var port = isNumber && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : isNumber ? null
            : ServiceNames.Find(text);
        return port is { } found ? new TypedLiteral(ValueKind.UInt64, found, [], text) : null;
    }

    private static TypedLiteral? ReadFloat(string text)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return text.Length > 0 && char.IsAsciiDigit(text[^1]) | text[^1] == '.'
            && double.TryParse(text, Style, CultureInfo.InvariantCulture, out var number)
                ? new TypedLiteral(ValueKind.Float64, BitConverter.DoubleToInt64Bits(number), [], text)
                : null;
    }

    private static TypedLiteral? ReadNetwork(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || ReadAddress(text[..slash]) is not { } address)
        {
            return null;
        }

        // Falco takes ::/0 for a mistake, and 0.0.0.0/0 not.
        var least = address.Length == 4 ? 0 : 1;
        return int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var prefix)
            && prefix >= least && prefix <= address.Length * 8
                ? new TypedLiteral(ValueKind.Network, prefix, address, text)
                : null;
    }

    // As inet_pton reads them: four decimal numbers without leading zeros, or IPv6 without brackets and zone.
    private static byte[]? ReadAddress(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return !text.AsSpan().ContainsAny('%', '[', ']') && !text.Contains('.', StringComparison.Ordinal)
                && IPAddress.TryParse(text, out var address) ? address.GetAddressBytes() : null;
        }

        var parts = text.Split('.');
        var bytes = new byte[4];
        if (parts.Length != bytes.Length)
        {
            return null;
        }

        for (var i = 0; i < bytes.Length; i++)
        {
            if (parts[i].Length > 1 && parts[i][0] == '0' || !byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[i]))
            {
                return null;
            }
        }

        return bytes;
    }

    private static TypedLiteral? ReadHexadecimal(string text, out string? error)
    {
        error = null;
        if (text.Length > 0 && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit))
        {
            return new TypedLiteral(ValueKind.Bytes, 0, Convert.FromHexString(text), text);
        }

        error = $"'{text}' is not a sequence of bytes in hexadecimal";
        return null;
    }
}
