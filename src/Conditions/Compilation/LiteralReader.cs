using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Saker.Conditions.Ast;
using Saker.Conditions.Fields;
using Saker.Conditions.Typed;
using Saker.Conditions.Values;

namespace Saker.Conditions.Compilation;

/// <summary>Turns the text of a value into what a field of a kind is compared with.</summary>
internal static class LiteralReader
{
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
            ValueKind.Int64 or ValueKind.UInt64 => ReadInteger(text, kind, definition?.TypeName),
            ValueKind.Float64 => ReadFloat(text),
            ValueKind.Address or ValueKind.Network => ReadNetwork(text),
            _ => new TypedLiteral(ValueKind.Bytes, 0, Encoding.UTF8.GetBytes(text), text),
        };
        if (literal is null)
        {
            error = Explain(text, kind, definition);
        }

        return literal;
    }

    /// <summary>True for text that is a number to the grammar: decimal with sign, fraction and exponent, or hexadecimal.</summary>
    public static bool IsNumber(string text) =>
        ReadInteger(text, ValueKind.Int64, null) is not null || ReadFloat(text) is not null;

    private static string Explain(string text, ValueKind kind, FieldDefinition? definition) => kind switch
    {
        _ when definition?.Words is { } words => $"'{text}' is none of {string.Join(", ", words.Keys)}",
        ValueKind.Bool => $"'{text}' is not a truth value; write true or false",
        ValueKind.Address or ValueKind.Network when text.Contains('/', StringComparison.Ordinal) => $"unrecognized IP network {text}",
        ValueKind.Address or ValueKind.Network when text.Contains(':', StringComparison.Ordinal) => $"unrecognized IPv6 address {text}",
        ValueKind.Address or ValueKind.Network => $"unrecognized IPv4 address {text}",
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

    private static TypedLiteral? ReadInteger(string text, ValueKind kind, string? typeName)
    {
        var digits = text.AsSpan();
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hexadecimal)
                ? new TypedLiteral(kind, (long)hexadecimal, [], text)
                : null;
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign;
        if (kind == ValueKind.UInt64 && ulong.TryParse(digits, Style, CultureInfo.InvariantCulture, out var unsigned))
        {
            return new TypedLiteral(kind, (long)unsigned, [], text);
        }

        if (!long.TryParse(digits, Style, CultureInfo.InvariantCulture, out var signed))
        {
            return null;
        }
        // -1 asks an unsigned field for its largest value: that is how "unset" ids are told.
        var wraps = signed < 0 && typeName == "UINT32";
        return new TypedLiteral(kind, wraps ? unchecked((uint)signed) : signed, [], text);
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
        var host = slash < 0 ? text : text[..slash];
        if (!IsAddress(host) || !IPAddress.TryParse(host, out var address))
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        if (slash < 0)
        {
            return new TypedLiteral(ValueKind.Address, 0, bytes, text);
        }

        return int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var prefix) && prefix <= bytes.Length * 8
            ? new TypedLiteral(ValueKind.Network, prefix, bytes, text)
            : null;
    }

    // .NET also takes "1", "0x7f.1" and zone indices for addresses; rules mean four decimal numbers or plain IPv6.
    private static bool IsAddress(string text) =>
        text.Contains(':', StringComparison.Ordinal)
            ? !text.AsSpan().ContainsAny('%', '[', ']')
            : text.AsSpan().Count('.') == 3 && text.All(static c => char.IsAsciiDigit(c) || c == '.')
                && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork;

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
